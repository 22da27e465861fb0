-- The evaluation year is the year the course ended; when it has no end date, the year the evaluation was sent.
-- Courses that were never sent to evaluation stay as rows without an evaluation: the base starts with them.
with courses as (
    select * from {{ ref('stg_crm__courses') }}
),

evaluations as (
    select * from {{ ref('stg_evaluering__evaluations') }} where not is_withdrawn
),

sustainability_courses as (
    select course_id from {{ ref('stg_crm__course_themes') }} where theme = 'baeredygtighed' and not is_withdrawn
),

joined as (
    select
        coalesce(evaluations.course_id, courses.course_id) as course_id,
        evaluations.evaluation_id,
        courses.house,
        courses.cvr,
        courses.segment,
        courses.course_id is not null as has_course,
        coalesce(courses.is_withdrawn, false) as is_withdrawn_course,
        sustainability_courses.course_id is not null as has_sustainability_theme,
        coalesce({{ year_of('courses.ended_on') }}, {{ year_of('evaluations.sent_on') }}) as evaluation_year,
        evaluations.sent_on,
        evaluations.answered_on,
        evaluations.recommendation,
        evaluations.competence_satisfaction,
        evaluations.expected_effect,
        evaluations.guided_in_digitalisation,
        evaluations.was_referred,
        evaluations.used_referral,
        evaluations.sustainability_helped
    from courses
    full outer join evaluations on courses.course_id = evaluations.course_id
    left join sustainability_courses on courses.course_id = sustainability_courses.course_id
)

select
    *,
    -- A course without a CVR number (a pre-starter) is its own unit.
    coalesce('cvr:' || cvr, 'course:' || course_id) as unit_id,
    case
        when not has_course then 'orphan'
        when is_withdrawn_course then 'withdrawn_course'
        when evaluation_year is null then 'no_evaluation_year'
        when evaluation_id is null then 'not_sent'
        when answered_on is null then 'not_answered'
    end as left_because
from joined
