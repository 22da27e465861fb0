-- Units whose course has the theme in the CRM; "Ved ikke" stays in the base (framework agreement 2024-27, goal 6).
with evaluations as (
    {{ evaluations_in_scope('sustainability_helped', theme='baeredygtighed') }}
)

select
    agreement, measure, house, segment, goal_year, unit_id, cvr, course_id, record_id,
    sustainability_helped,
    case when sustainability_helped = 'i_hoej_grad' then 1 else 0 end as contribution,
    coalesce(
        response_left_because,
        case
            when sustainability_helped is null then 'no_answer'
        end
    ) as left_because
from evaluations
