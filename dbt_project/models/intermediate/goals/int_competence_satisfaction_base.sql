-- "Ved ikke" stays in the base (contract 2021, goal 3: the share that answers "Meget tilfreds").
with evaluations as (
    {{ evaluations_in_scope('competence_satisfaction') }}
)

select
    agreement, measure, house, segment, goal_year, unit_id, cvr, course_id, record_id,
    competence_satisfaction,
    case when competence_satisfaction = 'meget_tilfreds' then 1 else 0 end as contribution,
    coalesce(
        response_left_because,
        case
            when competence_satisfaction is null then 'no_answer'
        end
    ) as left_because
from evaluations
