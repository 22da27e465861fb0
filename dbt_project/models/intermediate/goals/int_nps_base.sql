-- A unit that leaves the question blank leaves the base.
with evaluations as (
    {{ evaluations_in_scope('nps') }}
)

select
    agreement, measure, house, segment, goal_year, unit_id, cvr, course_id, record_id,
    recommendation,
    case when recommendation >= 9 then 1 when recommendation <= 6 then -1 else 0 end as contribution,
    coalesce(
        response_left_because,
        case
            when recommendation is null then 'no_answer'
        end
    ) as left_because
from evaluations
