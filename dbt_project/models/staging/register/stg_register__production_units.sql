with newest as (
    {{ newest_per_key(source('register', 'register_penhed'), ['p_nummer', 'cvr_nummer', 'startdato']) }}
)

select
    {{ production_unit_key('newest.p_nummer', 'shown') }} as p_number,
    {{ company_key('newest.cvr_nummer', 'numbers') }} as cvr,
    newest.startdato as started_on,
    newest.ophoersdato as ended_on,
    newest.kommunekode as municipality_code,
    -- Of two companies that have the unit from the same day the one with the higher number holds it, whatever the key.
    cast(row_number() over (partition by newest.p_nummer order by newest.cvr_nummer) as integer) as place_of_company,
    newest.is_withdrawn
from newest
left join {{ ref('stg_register__company_numbers') }} as numbers on newest.cvr_nummer = numbers.cvr_number
left join {{ ref('stg_register__shown_p_numbers') }} as shown on newest.p_nummer = shown.p_number
