-- The same house, company, type and start date. Pre-starters have no company to be the same. All of them are listed:
-- which one is the copy, only the house can say.
with courses as (
    select
        *,
        count(*) over (partition by house, cvr, course_type, started_on) as same_courses
    from {{ ref('int_practice_courses') }}
    where cvr is not null and course_type is not null and started_on is not null
),

checked as (
    select
        *,
        same_courses = 1 as is_passed,
        cast(same_courses as varchar) || ' forløb med samme type og startdato ' || {{ danish_date('started_on') }}
            as found_value
    from courses
)

select {{ practice_check('no_duplicate_course') }}
from checked
