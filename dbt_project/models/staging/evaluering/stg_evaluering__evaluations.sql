with newest as (
    {{ newest_per_key(source('evaluering', 'evaluering_svar'), ['svar_id']) }}
)

select
    svar_id as evaluation_id,
    forloeb_id as course_id,
    udsendt_dato as sent_on,
    besvaret_dato as answered_on,
    anbefaling as recommendation,
    faglige_kompetencer as competence_satisfaction,
    forventet_effekt as expected_effect,
    vejledt_digitalisering as guided_in_digitalisation,
    henvist as was_referred,
    henvisning_benyttet as used_referral,
    baeredygtighed_bedre_i_stand as sustainability_helped,
    is_withdrawn
from newest
