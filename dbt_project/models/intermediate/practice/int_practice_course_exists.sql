-- A row that refers to a course which was never delivered is an orphan: kept, listed here, in no measure. Rows of a
-- withdrawn course are in no rule. The house of an orphan is unknown.
with referring as (
    select 'crm_aktivitet' as entity, activity_id as record_id, course_id, activity_on as own_date
    from {{ ref('int_activities') }}
    union all
    select 'crm_tema', course_id || '|' || theme, course_id, delivered_on
    from {{ ref('stg_crm__course_themes') }}
    where not is_withdrawn
    union all
    select 'crm_henvisning', referral_id, course_id, referred_on
    from {{ ref('stg_crm__referrals') }}
    where not is_withdrawn
    union all
    select 'evaluering_svar', evaluation_id, course_id, sent_on
    from {{ ref('int_evaluations') }}
    where evaluation_id is not null
),

run as (
    select today from {{ source('landing', 'run_context') }}
),

checked as (
    select
        referring.entity,
        referring.record_id,
        referring.course_id,
        coalesce(courses.house, 'ukendt') as house,
        {{ practice_month(['courses.started_on', 'referring.own_date', 'run.today']) }} as month,
        courses.course_id is not null as is_passed,
        coalesce('forløb ' || referring.course_id || ' er ikke leveret', 'forløbs-id mangler') as found_value
    from referring
    cross join run
    left join {{ ref('stg_crm__courses') }} as courses on referring.course_id = courses.course_id
    where not coalesce(courses.is_withdrawn, false)
)

select {{ practice_check('course_exists', entity='entity', record_id='record_id') }}
from checked
