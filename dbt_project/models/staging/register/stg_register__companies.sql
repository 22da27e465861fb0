with newest as (
    {{ newest_per_key(source('register', 'register_virksomhed'), ['cvr_nummer']) }}
)

select
    numbers.cvr,
    numbers.is_personally_owned,
    numbers.place,
    case when not numbers.is_personally_owned then newest.navn end as company_name,
    newest.virksomhedsform as legal_form_code,
    newest.startdato as started_on,
    newest.ophoersdato as ceased_on,
    newest.branchekode as industry_code,
    newest.branchekode_system as industry_system,
    newest.kommunekode as municipality_code,
    newest.is_withdrawn
from newest
inner join {{ ref('stg_register__company_numbers') }} as numbers on newest.cvr_nummer = numbers.cvr_number
