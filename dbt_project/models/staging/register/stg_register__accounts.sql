with newest as (
    {{ newest_per_key(source('register', 'register_regnskab'), ['cvr_nummer', 'aar']) }}
)

select
    {{ company_key('newest.cvr_nummer', 'numbers') }} as cvr,
    newest.aar as account_year,
    newest.omsaetning_tkr as revenue_tkr,
    newest.aarsvaerk as full_time_equivalents,
    {{ company_lot('newest.cvr_nummer', 'newest.aar') }} as lot,
    newest.is_withdrawn
from newest
left join {{ ref('stg_register__company_numbers') }} as numbers on newest.cvr_nummer = numbers.cvr_number
