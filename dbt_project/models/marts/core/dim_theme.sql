select
    theme,
    label_da,
    cast(is_local as boolean) as is_local,
    source
from {{ ref('themes') }}
