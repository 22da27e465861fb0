select
    evaluation_id,
    course_id,
    house,
    cvr,
    segment,
    cast(evaluation_year as integer) as evaluation_year,
    sent_on,
    answered_on,
    cast(recommendation as integer) as recommendation,
    competence_satisfaction,
    expected_effect,
    guided_in_digitalisation,
    was_referred,
    used_referral,
    sustainability_helped
from {{ ref('int_evaluations') }}
where evaluation_id is not null and has_course and not is_withdrawn_course
