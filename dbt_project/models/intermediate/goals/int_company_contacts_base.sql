-- A contact is an activity with a company; pre-starters are not companies (contract Sydjylland 2026).
with goals as (
    select * from {{ ref('int_goal_targets') }} where measure = 'company_contacts'
),

activities as (
    select * from {{ ref('int_activities') }} where left_because is null and cvr is not null
)

select
    goals.agreement, goals.measure, goals.house, goals.segment, goals.goal_year,
    activities.activity_id as unit_id,
    activities.cvr,
    activities.course_id,
    activities.activity_id as record_id,
    activities.activity_on,
    activities.municipality_code,
    1 as contribution,
    cast(null as varchar) as left_because
from goals
inner join activities on goals.house in (activities.house, 'danmark') and goals.goal_year = activities.activity_year
