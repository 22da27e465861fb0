-- Row conservation holds on every row that was taken in: delivered = accepted + rejected.
select
    delivery_id,
    source,
    entity,
    delivery,
    extracted_on,
    fingerprint,
    size_bytes,
    format,
    encoding,
    status,
    delivered_rows,
    accepted_rows,
    rejected_rows,
    rejected_values,
    array_to_string(unknown_columns, ', ') as unknown_columns,
    array_to_string(missing_columns, ', ') as missing_columns,
    error,
    landed_at
from {{ source('landing', 'deliveries') }}
