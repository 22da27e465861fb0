-- The rules are published beside the tables they are about: who copies the warehouse copies them too.
select
    role_kind,
    dataset,
    table_name,
    row_rule,
    visible_columns,
    person_columns,
    reason_da
from {{ ref('entitlements') }}
