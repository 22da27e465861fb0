-- Under 3 years old on the day of the year's first activity: started after that day three years before. A company
-- that starts after the activity counts; one whose start is unknown does not, and is listed.
with guided as (
    {{ guided_companies_in_scope('entrepreneurs_guided') }}
),

companies as (
    select cvr, started_on from {{ ref('stg_register__companies') }} where not is_withdrawn
),

aged as (
    select
        guided.*,
        companies.started_on,
        cast({{ dbt.dateadd('year', -3, 'guided.first_activity_on') }} as date) as three_years_before
    from guided
    left join companies on guided.cvr = companies.cvr
)

select
    agreement, measure, house, segment, goal_year, unit_id, cvr, course_id, record_id,
    first_activity_on,
    started_on,
    1 as contribution,
    case
        when started_on is null then 'start_unknown'
        when started_on <= three_years_before then 'not_under_3_years'
    end as left_because
from aged
