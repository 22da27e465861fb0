-- Companies too small for growth in per cent: their change in kr. and full-time equivalents, without a control group.
with treated as (
    select * from {{ ref('int_effect_treated') }} where left_because = 'below_floor'
),

courses as (
    select distinct cvr, house from {{ ref('int_effect_courses') }} where guidance_number = 1 and house is not null
),

changes as (
    select
        cvr,
        segment,
        goal_year,
        is_closed,
        case when is_closed then 0 else outcome_revenue_tkr end - baseline_revenue_tkr as revenue_change_tkr,
        case when is_closed then 0 else outcome_full_time_equivalents end - baseline_full_time_equivalents
            as full_time_equivalents_change
    from treated
),

scopes as (
    select courses.house, changes.*
    from changes
    inner join courses on changes.cvr = courses.cvr
    union all
    select 'danmark' as house, changes.* from changes
)

select
    segment,
    house,
    goal_year,
    cast(count(*) as integer) as companies,
    cast(count(*) filter (where is_closed) as integer) as closed,
    cast(count(revenue_change_tkr) as integer) as companies_with_outcome,
    round({{ percentile('revenue_change_tkr', 0.5) }}, 9) as median_revenue_change_tkr,
    round(avg(revenue_change_tkr), 6) as mean_revenue_change_tkr,
    round({{ percentile('full_time_equivalents_change', 0.5) }}, 9) as median_full_time_equivalents_change,
    round(avg(full_time_equivalents_change), 6) as mean_full_time_equivalents_change,
    round(max(abs(revenue_change_tkr)) / nullif(sum(abs(revenue_change_tkr)), 0), 9) as largest_share
from scopes
group by segment, house, goal_year
