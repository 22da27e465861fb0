-- Individual courses in the growth segment with an activity in the year (contract Midtjylland 2026, ch. 6.b).
with goals as (
    select * from {{ ref('int_goal_targets') }} where measure = 'growth_courses'
),

courses as (
    select
        course_id,
        house,
        cvr,
        activity_year,
        count(*) as activities
    from {{ ref('int_activities') }}
    where left_because is null and course_type = 'individuel' and segment = 'vaekst'
    group by course_id, house, cvr, activity_year
)

select
    goals.agreement, goals.measure, goals.house, goals.segment, goals.goal_year,
    courses.course_id as unit_id,
    courses.cvr,
    courses.course_id,
    courses.course_id as record_id,
    courses.activities,
    1 as contribution,
    cast(null as varchar) as left_because
from goals
inner join courses on goals.house in (courses.house, 'danmark') and goals.goal_year = courses.activity_year
