-- A respondent lies in the area of the house delivered with it, else in the one of its municipality.
with respondents as (
    select * from {{ ref('stg_kendskab__respondents') }} where not is_withdrawn
)

select
    respondents.respondent_id,
    respondents.wave_year,
    coalesce(respondents.house, municipalities.erhvervshus) as house,
    respondents.municipality_code,
    respondents.industry_group,
    respondents.size_group,
    respondents.weight,
    respondents.heard_of_house,
    respondents.knows_offers,
    respondents.knows_sustainability_offers
from respondents
left join {{ ref('municipalities') }} as municipalities
    on respondents.municipality_code = municipalities.kommunekode
