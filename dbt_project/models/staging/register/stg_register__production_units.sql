with newest as (
    {{ newest_per_key(source('register', 'register_penhed'), ['p_nummer', 'cvr_nummer', 'startdato']) }}
)

select
    p_nummer as p_number,
    cvr_nummer as cvr,
    startdato as started_on,
    ophoersdato as ended_on,
    kommunekode as municipality_code,
    is_withdrawn
from newest
