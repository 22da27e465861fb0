with newest as (
    {{ newest_per_key(source('kendskab', 'kendskab_svar'), ['respondent_id']) }}
)

select
    {{ pseudonym('respondent', 'respondent_id') }} as respondent_id,
    boelge as wave_year,
    kommunekode as municipality_code,
    erhvervshus as house,
    branchegruppe as industry_group,
    stoerrelsesgruppe as size_group,
    vaegt as weight,
    hoert_om_erhvervshus as heard_of_house,
    kender_tilbud as knows_offers,
    kender_tilbud_baeredygtighed as knows_sustainability_offers,
    is_withdrawn
from newest
