select
    house,
    name_da,
    kkr,
    cast(sort_order as integer) as sort_order
from {{ ref('houses') }}
