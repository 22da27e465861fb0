-- The register's companies, and those that only the CRM knows: a CVR number that is not in the register still counts
-- as a company. Who is a natural person (legal forms 10, 15, 20) was made a pseudonym as staging read it.
with registered as (
    select * from {{ ref('stg_register__companies') }} where not is_withdrawn
),

guided as (
    select distinct cvr, is_personally_owned
    from {{ ref('stg_crm__courses') }}
    where not is_withdrawn and cvr is not null
),

companies as (
    select
        coalesce(registered.cvr, guided.cvr) as cvr,
        registered.cvr is not null as is_in_register,
        guided.cvr is not null as is_guided,
        registered.company_name,
        registered.legal_form_code,
        coalesce(registered.is_personally_owned, guided.is_personally_owned) as is_personally_owned,
        registered.started_on,
        registered.ceased_on,
        registered.industry_code,
        registered.industry_system,
        registered.municipality_code
    from registered
    full outer join guided on registered.cvr = guided.cvr
)

select
    companies.cvr,
    companies.is_in_register,
    companies.is_guided,
    companies.company_name,
    cast(companies.legal_form_code as integer) as legal_form_code,
    legal_forms.lang as legal_form,
    coalesce(legal_forms.er_fysisk_person_gdpr, 0) = 1 as is_natural_person,
    companies.is_personally_owned,
    companies.started_on,
    companies.ceased_on,
    companies.industry_code,
    companies.industry_system,
    companies.municipality_code
from companies
left join {{ ref('legal_forms') }} as legal_forms on companies.legal_form_code = legal_forms.virksomhedsformkode
