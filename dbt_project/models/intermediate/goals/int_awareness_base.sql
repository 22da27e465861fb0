-- "Nej" and "Ved ikke" stay in the base (framework agreement 2024-27, goal 2; contract 2021, goal 1).
with respondents as (
    {{ respondents_in_scope('awareness') }}
)

select
    agreement, measure, house, segment, goal_year, unit_id, cvr, course_id, record_id,
    weight,
    heard_of_house,
    case when heard_of_house = 'ja' then 1 else 0 end as contribution,
    case
        when weight is null then 'no_weight'
        when heard_of_house is null then 'no_answer'
    end as left_because
from respondents
