-- Distinct companies with an individual or Early Warning activity in the year.
with guided as (
    {{ guided_companies_in_scope('companies_guided', modes=['individual']) }}
)

select
    agreement, measure, house, segment, goal_year, unit_id, cvr, course_id, record_id,
    guidance_mode,
    first_activity_on,
    1 as contribution,
    cast(null as varchar) as left_because
from guided
