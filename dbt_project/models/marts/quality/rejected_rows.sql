-- What was given is shown only where it can name nobody; landing decides it by the contract. The private build file keeps
-- the rest, and line and column lead to it in the file.
select
    source,
    entity,
    delivery,
    line,
    "column",
    shown_value as value,
    reason
from {{ source('landing', 'rejected_rows') }}
