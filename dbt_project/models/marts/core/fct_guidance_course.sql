with courses as (
    select * from {{ ref('stg_crm__courses') }} where not is_withdrawn
),

activities as (
    select
        course_id,
        count(*) as activities,
        sum(hours) as hours,
        min(activity_on) as first_activity_on,
        max(activity_on) as last_activity_on
    from {{ ref('int_activities') }}
    where left_because is null
    group by course_id
)

select
    courses.course_id,
    courses.house,
    courses.cvr,
    courses.p_number,
    courses.segment,
    courses.course_type,
    courses.cvr is null as is_pre_starter,
    courses.started_on,
    courses.ended_on,
    courses.consent_to_share,
    courses.management_decision_on,
    courses.created_at,
    cast(coalesce(activities.activities, 0) as integer) as activities,
    cast(coalesce(activities.hours, 0) as double) as hours,
    activities.first_activity_on,
    activities.last_activity_on
from courses
left join activities on courses.course_id = activities.course_id
