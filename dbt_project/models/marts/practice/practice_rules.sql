select
    rule,
    label_da,
    dimension,
    severity,
    entity,
    what_da,
    remedy_da,
    source_document,
    source_chapter,
    cast(sort_order as integer) as sort_order
from {{ ref('registration_rules') }}
