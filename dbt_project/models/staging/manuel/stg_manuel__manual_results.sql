with newest as (
    {{ newest_per_key(source('manuel', 'manuelt_resultat'), ['aftale', 'maal', 'erhvervshus', 'aar']) }}
)

select
    aftale as agreement,
    maal as goal,
    erhvervshus as house,
    aar as result_year,
    {{ without_cpr_numbers('resultat') }} as result_text,
    vurdering as assessment,
    {{ without_cpr_numbers('kommentar') }} as comment_da,
    {{ pseudonym('medarbejder', 'vurderet_af') }} as assessed_by,
    vurderet_dato as assessed_on,
    is_withdrawn
from newest
