with newest as (
    {{ newest_per_key(source('register', 'register_virksomhed'), ['cvr_nummer']) }}
)

select
    cvr_nummer as cvr,
    navn as company_name,
    virksomhedsform as legal_form_code,
    startdato as started_on,
    ophoersdato as ceased_on,
    branchekode as industry_code,
    branchekode_system as industry_system,
    kommunekode as municipality_code,
    is_withdrawn
from newest
