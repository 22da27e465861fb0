-- Only units that themselves answer that they were guided in digitalisation (contract 2021, goal 8).
with evaluations as (
    {{ evaluations_in_scope('expected_effect_digital') }}
)

select
    agreement, measure, house, segment, goal_year, unit_id, cvr, course_id, record_id,
    expected_effect,
    case when expected_effect = 'i_hoej_grad' then 1 else 0 end as contribution,
    coalesce(
        response_left_because,
        case
            when guided_in_digitalisation is null or guided_in_digitalisation <> 'ja' then 'not_digital'
            when expected_effect is null then 'no_answer'
        end
    ) as left_because
from evaluations
