-- A company counts once as individually and once as collectively guided (contract Midtjylland 2026, ch. 6.b).
with guided as (
    {{ guided_companies_in_scope('participants', modes=['individual', 'collective']) }}
)

select
    agreement, measure, house, segment, goal_year, unit_id, cvr, course_id, record_id,
    guidance_mode,
    first_activity_on,
    1 as contribution,
    cast(null as varchar) as left_because
from guided
