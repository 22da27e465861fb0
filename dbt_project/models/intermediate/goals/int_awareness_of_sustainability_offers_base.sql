-- Companies that do not know the house are not in the base (contract 2021, goal 6).
with respondents as (
    {{ respondents_in_scope('awareness_of_sustainability_offers') }}
)

select
    agreement, measure, house, segment, goal_year, unit_id, cvr, course_id, record_id,
    weight,
    knows_sustainability_offers,
    case when knows_sustainability_offers = 'ja' then 1 else 0 end as contribution,
    case
        when weight is null then 'no_weight'
        when heard_of_house is null or heard_of_house <> 'ja' then 'does_not_know_house'
        when knows_sustainability_offers is null then 'no_answer'
    end as left_because
from respondents
