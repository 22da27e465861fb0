-- Every day of guidance lies in a period in which the P-number belonged to the course's company. A pre-starter has no
-- company for a P-number to belong to.
with courses as (
    select * from {{ ref('int_practice_courses') }} where p_number is not null and cvr is not null
),

known as (
    select distinct p_number from {{ ref('int_p_number_periods') }}
),

guidance_days as (
    select
        courses.course_id,
        courses.p_number,
        courses.cvr,
        coalesce(activities.activity_on, courses.started_on) as guidance_on
    from courses
    left join {{ ref('int_activities') }} as activities
        on
            courses.course_id = activities.course_id
            and courses.today >= activities.activity_on
            and activities.left_because is null
),

foreign_days as (
    select
        guidance_days.course_id,
        min(guidance_days.guidance_on) as first_foreign_on
    from guidance_days
    left join {{ ref('int_p_number_periods') }} as periods
        on
            guidance_days.p_number = periods.p_number
            and guidance_days.cvr = periods.cvr
            and guidance_days.guidance_on between periods.valid_from and periods.valid_to
    where periods.p_number is null
    group by guidance_days.course_id
),

checked as (
    select
        courses.*,
        foreign_days.course_id is null as is_passed,
        case
            when known.p_number is null then 'P-nummeret er ikke i registret'
            when foreign_days.first_foreign_on is null then 'P-nummeret hører ikke til virksomheden'
            else 'P-nummeret hørte ikke til virksomheden den ' || {{ danish_date('foreign_days.first_foreign_on') }}
        end as found_value
    from courses
    left join foreign_days on courses.course_id = foreign_days.course_id
    left join known on courses.p_number = known.p_number
)

select {{ practice_check('p_number_of_company') }}
from checked
