-- New means not guided by the same house in the year before (contract 2021, goal 1). Nationally: by no house.
with guided as (
    {{ guided_companies_in_scope('new_companies_share') }}
),

previous as (
    select house, cvr, activity_year + 1 as following_year
    from {{ ref('int_guided_companies') }}
    where guidance_mode = 'individual'
)

select
    guided.agreement, guided.measure, guided.house, guided.segment, guided.goal_year,
    guided.unit_id, guided.cvr, guided.course_id, guided.record_id,
    guided.first_activity_on,
    case when previous.cvr is null then 1 else 0 end as contribution,
    cast(null as varchar) as left_because
from guided
left join previous
    on
        guided.house = previous.house
        and guided.cvr = previous.cvr
        and guided.goal_year = previous.following_year
