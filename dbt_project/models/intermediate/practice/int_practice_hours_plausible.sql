-- Over 0 and at most 12 hours, and not in the future; what is not registered is not plausible either.
-- Activities of courses that were never delivered belong to course_exists.
with compared as (
    select
        activities.activity_id,
        activities.activity_on,
        activities.hours,
        courses.course_id,
        courses.house,
        {{ practice_month(['courses.started_on', 'activities.activity_on', 'courses.month']) }} as month,
        coalesce(activities.hours > 0 and activities.hours <= 12, false) as has_plausible_hours,
        coalesce(activities.activity_on <= courses.today, false) as has_plausible_date
    from {{ ref('int_activities') }} as activities
    inner join {{ ref('int_practice_courses') }} as courses on activities.course_id = courses.course_id
),

checked as (
    select
        *,
        has_plausible_hours and has_plausible_date as is_passed,
        case
            when not has_plausible_hours then coalesce({{ danish_number('hours') }} || ' timer', 'ingen timer')
            else coalesce('dato i fremtiden: ' || {{ danish_date('activity_on') }}, 'ingen dato')
        end as found_value
    from compared
)

select {{ practice_check('hours_plausible', entity="'crm_aktivitet'", record_id='activity_id') }}
from checked
