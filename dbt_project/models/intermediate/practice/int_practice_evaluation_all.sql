-- "Erhvervshusene … brugerevaluerer alle virksomheder, der har modtaget specialiseret vejledning" (ch. 9).
with checked as (
    select
        *,
        is_sent_to_evaluation as is_passed,
        'sluttede den ' || {{ danish_date('ended_on') }} as found_value
    from {{ ref('int_practice_courses') }}
    where course_type = 'individuel' and ended_on <= today
)

select {{ practice_check('evaluation_all') }}
from checked
