with courses as (
    select * from {{ ref('stg_crm__courses') }} where not is_withdrawn
)

select
    referrals.referral_id,
    referrals.course_id,
    courses.house,
    courses.cvr,
    referrals.actor_type,
    referrals.referred_on
from {{ ref('stg_crm__referrals') }} as referrals
inner join courses on referrals.course_id = courses.course_id
where not referrals.is_withdrawn
