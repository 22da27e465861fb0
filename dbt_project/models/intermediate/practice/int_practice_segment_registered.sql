-- "Kundesegment (drift eller vækst)" is part of the least that is registered (ch. 9).
with checked as (
    select
        *,
        coalesce(segment in ('drift', 'vaekst'), false) as is_passed,
        'intet kundesegment' as found_value
    from {{ ref('int_practice_courses') }}
    where course_type = 'individuel'
)

select {{ practice_check('segment_registered') }}
from checked
