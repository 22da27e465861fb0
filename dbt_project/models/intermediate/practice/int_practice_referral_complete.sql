-- "Hvilke anden aktør virksomheden er henvist til" (ch. 9): a listed type, and a date not before the course started.
-- Referrals of courses that were never delivered belong to course_exists.
with referrals as (
    select * from {{ ref('stg_crm__referrals') }} where not is_withdrawn
),

compared as (
    select
        referrals.referral_id,
        courses.course_id,
        courses.house,
        {{ practice_month(['courses.started_on', 'referrals.referred_on', 'courses.month']) }} as month,
        referrals.referred_on,
        courses.started_on,
        actors.actor_type is null as is_without_actor,
        referrals.referred_on is null as is_without_date,
        coalesce(referrals.referred_on < courses.started_on, false) as is_too_early
    from referrals
    inner join {{ ref('int_practice_courses') }} as courses on referrals.course_id = courses.course_id
    left join {{ ref('referral_actors') }} as actors on referrals.actor_type = actors.actor_type
),

checked as (
    select
        *,
        not is_without_actor and not is_without_date and not is_too_early as is_passed,
        case
            when is_without_actor and is_without_date then 'ingen aktørtype og ingen dato'
            when is_without_actor then 'ingen aktørtype fra listen'
            when is_without_date then 'ingen dato'
            else 'henvist den ' || {{ danish_date('referred_on') }}
                || '; forløbet startede den ' || {{ danish_date('started_on') }}
        end as found_value
    from compared
)

select {{ practice_check('referral_complete', entity="'crm_henvisning'", record_id='referral_id') }}
from checked
