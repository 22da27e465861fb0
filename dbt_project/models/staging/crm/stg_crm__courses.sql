with newest as (
    {{ newest_per_key(source('crm', 'crm_forloeb'), ['forloeb_id']) }}
)

select
    newest.forloeb_id as course_id,
    newest.erhvervshus as house,
    {{ company_key('newest.cvr_nummer', 'numbers') }} as cvr,
    -- What the rules ask of the numbers is answered here, where they still stand as registered.
    {{ is_valid_cvr('newest.cvr_nummer') }} as is_valid_cvr,
    cast(length(newest.cvr_nummer) as integer) as cvr_digits,
    case when newest.cvr_nummer is not null then coalesce(numbers.is_personally_owned, true) end as is_personally_owned,
    {{ production_unit_key('newest.p_nummer', 'shown') }} as p_number,
    cast(length(newest.p_nummer) as integer) as p_number_digits,
    newest.kundesegment as segment,
    newest.forloebstype as course_type,
    newest.startdato as started_on,
    newest.slutdato as ended_on,
    newest.samtykke_deling as consent_to_share,
    newest.ledelsesvurdering_dato as management_decision_on,
    {{ pseudonym('medarbejder', 'newest.forretningsudvikler') }} as employee_pseudonym,
    newest.oprettet as created_at,
    newest.aendret as changed_at,
    newest.is_withdrawn
from newest
left join {{ ref('stg_register__company_numbers') }} as numbers on newest.cvr_nummer = numbers.cvr_number
left join {{ ref('stg_register__shown_p_numbers') }} as shown on newest.p_nummer = shown.p_number
