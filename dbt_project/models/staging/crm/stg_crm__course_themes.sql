with newest as (
    {{ newest_per_key(source('crm', 'crm_tema'), ['forloeb_id', 'tema']) }}
)

select
    forloeb_id as course_id,
    tema as theme,
    _extracted_on as delivered_on,
    is_withdrawn
from newest
