with base as (
    select * from {{ ref('int_awareness_of_sustainability_offers_base') }} where left_because is null
)

select
    agreement,
    measure,
    house,
    segment,
    goal_year,
    {{ weighted_share_with_interval('contribution = 1', 'weight') }}
from base
group by agreement, measure, house, segment, goal_year
