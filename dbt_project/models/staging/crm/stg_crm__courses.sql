with newest as (
    {{ newest_per_key(source('crm', 'crm_forloeb'), ['forloeb_id']) }}
)

select
    forloeb_id as course_id,
    erhvervshus as house,
    cvr_nummer as cvr,
    p_nummer as p_number,
    kundesegment as segment,
    forloebstype as course_type,
    startdato as started_on,
    slutdato as ended_on,
    samtykke_deling as consent_to_share,
    ledelsesvurdering_dato as management_decision_on,
    forretningsudvikler as employee_pseudonym,
    oprettet as created_at,
    aendret as changed_at,
    is_withdrawn
from newest
