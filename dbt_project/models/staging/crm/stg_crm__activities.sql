with newest as (
    {{ newest_per_key(source('crm', 'crm_aktivitet'), ['aktivitet_id']) }}
)

select
    aktivitet_id as activity_id,
    forloeb_id as course_id,
    dato as activity_on,
    timer as hours,
    kanal as channel,
    is_withdrawn
from newest
