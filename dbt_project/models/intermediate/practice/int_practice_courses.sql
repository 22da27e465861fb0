-- What the rules need to know of a course, computed once. A withdrawn course is in no rule.
with courses as (
    select * from {{ ref('stg_crm__courses') }} where not is_withdrawn
),

run as (
    select today from {{ source('landing', 'run_context') }}
),

activities as (
    select
        activities.course_id,
        sum(activities.hours) as hours,
        min(activities.activity_on) as first_activity_on,
        -- What lies in the future has not taken place: no guidance yet.
        min(case when activities.activity_on <= run.today then activities.activity_on end) as first_guidance_on,
        max(case when activities.activity_on <= run.today then activities.activity_on end) as last_guidance_on
    from {{ ref('int_activities') }} as activities
    cross join run
    where activities.left_because is null or activities.left_because = 'no_date'
    group by activities.course_id
),

evaluated as (
    select distinct course_id from {{ ref('int_evaluations') }} where evaluation_id is not null
),

themed as (
    select distinct themes.course_id
    from {{ ref('stg_crm__course_themes') }} as themes
    inner join {{ ref('themes') }} as listed on themes.theme = listed.theme
    where not themes.is_withdrawn
)

select
    courses.course_id,
    coalesce(courses.house, 'ukendt') as house,
    courses.cvr,
    courses.is_valid_cvr,
    courses.cvr_digits,
    courses.p_number,
    courses.p_number_digits,
    courses.segment,
    courses.course_type,
    courses.started_on,
    courses.ended_on,
    courses.consent_to_share,
    courses.management_decision_on,
    cast(courses.created_at as date) as created_on,
    {{ practice_month(['courses.started_on', 'cast(courses.created_at as date)', 'run.today']) }} as month,
    coalesce(activities.hours, 0) as hours,
    activities.first_activity_on,
    -- A course without activities is taken to have been given on its first day.
    coalesce(activities.first_guidance_on, courses.started_on) as first_guidance_on,
    coalesce(activities.last_guidance_on, courses.started_on) as last_guidance_on,
    evaluated.course_id is not null as is_sent_to_evaluation,
    themed.course_id is not null as has_listed_theme,
    run.today
from courses
cross join run
left join activities on courses.course_id = activities.course_id
left join evaluated on courses.course_id = evaluated.course_id
left join themed on courses.course_id = themed.course_id
