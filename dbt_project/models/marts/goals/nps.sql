with base as (
    select * from {{ ref('int_nps_base') }} where left_because is null
)

select
    agreement,
    measure,
    house,
    segment,
    goal_year,
    {{ nps_with_interval('recommendation') }}
from base
group by agreement, measure, house, segment, goal_year
