select
    house,
    name_da as name,
    kkr,
    sort_order
from {{ ref('dim_house') }}
