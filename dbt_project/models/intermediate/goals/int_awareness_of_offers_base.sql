-- Companies that do not know the house are not in the base (framework agreement 2024-27, goal 2).
with respondents as (
    {{ respondents_in_scope('awareness_of_offers') }}
)

select
    agreement, measure, house, segment, goal_year, unit_id, cvr, course_id, record_id,
    weight,
    knows_offers,
    case when knows_offers = 'ja' then 1 else 0 end as contribution,
    case
        when weight is null then 'no_weight'
        when heard_of_house is null or heard_of_house <> 'ja' then 'does_not_know_house'
        when knows_offers is null then 'no_answer'
    end as left_because
from respondents
