-- "Ved ikke" stays in the base (contract 2021, goal 7).
with evaluations as (
    {{ evaluations_in_scope('expected_effect') }}
)

select
    agreement, measure, house, segment, goal_year, unit_id, cvr, course_id, record_id,
    expected_effect,
    case when expected_effect = 'i_hoej_grad' then 1 else 0 end as contribution,
    coalesce(
        response_left_because,
        case
            when expected_effect is null then 'no_answer'
        end
    ) as left_because
from evaluations
