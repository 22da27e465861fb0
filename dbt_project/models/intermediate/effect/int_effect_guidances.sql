-- A guidance lasts from its first course's start to its last course's end; while one is open it has not ended.
-- Its segment is that of the first course that has one.
with courses as (
    select * from {{ ref('int_effect_courses') }} where guidance_number is not null
),

settings as (
    select outcome_offset_years from {{ ref('int_effect_settings') }}
),

guidances as (
    select
        cvr,
        guidance_number,
        count(*) as courses,
        min(started_on) as started_on,
        case when count(ended_on) = count(*) then max(ended_on) end as ended_on
    from courses
    group by cvr, guidance_number
),

segments as (
    select
        cvr,
        guidance_number,
        segment,
        row_number() over (partition by cvr, guidance_number order by started_on, course_id) as place
    from courses
    where segment is not null
)

select
    guidances.cvr,
    guidances.guidance_number,
    cast(guidances.courses as integer) as courses,
    guidances.started_on,
    guidances.ended_on,
    segments.segment,
    {{ year_of('guidances.started_on') }} - 1 as baseline_year,
    {{ year_of('guidances.ended_on') }} as end_year,
    {{ year_of('guidances.ended_on') }} + settings.outcome_offset_years as goal_year
from guidances
cross join settings
left join segments
    on guidances.cvr = segments.cvr and guidances.guidance_number = segments.guidance_number and segments.place = 1
