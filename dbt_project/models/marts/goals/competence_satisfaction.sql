with base as (
    select * from {{ ref('int_competence_satisfaction_base') }} where left_because is null
)

select
    agreement,
    measure,
    house,
    segment,
    goal_year,
    {{ share_with_interval('contribution = 1') }}
from base
group by agreement, measure, house, segment, goal_year
