select
    respondent_id,
    cast(wave_year as integer) as wave_year,
    house,
    municipality_code,
    industry_group,
    size_group,
    cast(weight as double) as weight,
    heard_of_house,
    knows_offers,
    knows_sustainability_offers
from {{ ref('int_awareness_respondents') }}
