-- Every account year with the levels two and four years before it, for growth before the guidance.
with accounts as (
    select
        cvr,
        account_year,
        cast(revenue_tkr as double) as revenue_tkr,
        cast(full_time_equivalents as double) as full_time_equivalents
    from {{ ref('stg_register__accounts') }}
    where not is_withdrawn
)

select
    accounts.cvr,
    accounts.account_year,
    accounts.revenue_tkr,
    accounts.full_time_equivalents,
    two_before.revenue_tkr as revenue_two_before,
    two_before.full_time_equivalents as full_time_equivalents_two_before,
    four_before.revenue_tkr as revenue_four_before,
    four_before.full_time_equivalents as full_time_equivalents_four_before
from accounts
left join accounts as two_before
    on accounts.cvr = two_before.cvr and accounts.account_year = two_before.account_year + 2
left join accounts as four_before
    on accounts.cvr = four_before.cvr and accounts.account_year = four_before.account_year + 4
