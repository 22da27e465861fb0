-- The year is that of the course's start. No one can say from here which of the segments is right: all are listed.
with courses as (
    select *
    from {{ ref('int_practice_courses') }}
    where cvr is not null and segment is not null and started_on is not null and house <> 'ukendt'
),

compared as (
    select
        *,
        min(segment) over (partition by house, cvr, {{ year_of('started_on') }}) as first_segment,
        max(segment) over (partition by house, cvr, {{ year_of('started_on') }}) as last_segment
    from courses
),

checked as (
    select
        *,
        first_segment = last_segment as is_passed,
        {{ danish_segment('segment') }} || '; virksomheden har også '
        || {{ danish_segment('case when segment = first_segment then last_segment else first_segment end') }}
        || ' i ' || cast({{ year_of('started_on') }} as varchar) as found_value
    from compared
)

select {{ practice_check('segment_consistent') }}
from checked
