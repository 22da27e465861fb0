select
    house,
    rule,
    entity,
    record_id,
    found_value,
    first_seen,
    last_seen,
    closed_on
from {{ source('history', 'findings') }}
