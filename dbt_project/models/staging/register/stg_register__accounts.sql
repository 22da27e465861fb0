with newest as (
    {{ newest_per_key(source('register', 'register_regnskab'), ['cvr_nummer', 'aar']) }}
)

select
    cvr_nummer as cvr,
    aar as account_year,
    omsaetning_tkr as revenue_tkr,
    aarsvaerk as full_time_equivalents,
    is_withdrawn
from newest
