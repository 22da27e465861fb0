-- Of those who say they were referred, how many used a referral; "Ved ikke" leaves the base. Expecting to use one
-- within half a year counts in 2021-23 (contract 2021, goal 4) and not in 2024-27 (framework agreement, goal 4).
with evaluations as (
    {{ evaluations_in_scope('referral_used') }}
)

select
    agreement, measure, house, segment, goal_year, unit_id, cvr, course_id, record_id,
    used_referral,
    case
        when used_referral = 'ja' then 1
        when used_referral = 'forventer' and agreement = '2021-2023' then 1
        else 0
    end as contribution,
    coalesce(
        response_left_because,
        case
            when was_referred is null or was_referred <> 'ja' then 'not_referred'
            when used_referral is null then 'no_answer'
            when used_referral = 'ved_ikke' then 'dont_know'
        end
    ) as left_because
from evaluations
