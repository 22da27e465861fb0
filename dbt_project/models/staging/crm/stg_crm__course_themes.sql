with newest as (
    {{ newest_per_key(source('crm', 'crm_tema'), ['forloeb_id', 'tema']) }}
)

select
    forloeb_id as course_id,
    tema as theme,
    is_withdrawn
from newest
