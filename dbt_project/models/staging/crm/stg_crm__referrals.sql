with newest as (
    {{ newest_per_key(source('crm', 'crm_henvisning'), ['henvisning_id']) }}
)

select
    henvisning_id as referral_id,
    forloeb_id as course_id,
    aktoertype as actor_type,
    aktoer as actor_name,
    dato as referred_on,
    is_withdrawn
from newest
