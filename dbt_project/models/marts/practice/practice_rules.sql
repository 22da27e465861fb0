select
    rule,
    label_da,
    dimension,
    severity,
    correction,
    entity,
    what_da,
    remedy_da,
    next_time_da,
    source_document,
    source_chapter,
    cast(sort_order as integer) as sort_order
from {{ ref('registration_rules') }}
