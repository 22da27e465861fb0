select
    source,
    entity,
    delivery,
    line,
    "column",
    value,
    reason
from {{ source('landing', 'rejected_rows') }}
