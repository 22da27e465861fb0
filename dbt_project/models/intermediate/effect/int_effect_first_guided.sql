-- Since when a company has been guided, in any way and by any house: it is no control from then on. A course with a
-- P-number only counts here for the company that had the unit on the day; a course without any date counts from ever.
with courses as (
    select
        course_id,
        cvr,
        p_number,
        coalesce(started_on, cast(created_at as date), cast('1900-01-01' as date)) as guided_on
    from {{ ref('stg_crm__courses') }}
    where not is_withdrawn
),

by_cvr as (
    select cvr, guided_on from courses where cvr is not null
),

by_p_number as (
    select
        periods.cvr,
        courses.guided_on
    from courses
    inner join {{ ref('int_p_number_periods') }} as periods
        on
            courses.p_number = periods.p_number
            and courses.guided_on between periods.valid_from and periods.valid_to
    where courses.cvr is null
),

united as (
    select * from by_cvr
    union all
    select * from by_p_number
)

select
    cvr,
    min(guided_on) as first_guided_on
from united
group by cvr
