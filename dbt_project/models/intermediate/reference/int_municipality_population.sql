-- Two counts are known, 1 January 2020 and 2026. A year uses the count nearest to it; at equal distance the later one.
with counts as (
    select kommunekode as municipality_code, 2020 as count_year, befolkning_2020 as population
    from {{ ref('municipalities') }}
    union all
    select kommunekode, 2026, befolkning_2026
    from {{ ref('municipalities') }}
),

years as (
    select distinct calendar_year as population_year from {{ ref('int_calendar') }}
),

ranked as (
    select
        counts.municipality_code,
        years.population_year,
        counts.count_year,
        counts.population,
        row_number() over (
            partition by counts.municipality_code, years.population_year
            order by abs(counts.count_year - years.population_year), counts.count_year desc
        ) as nearness
    from counts
    cross join years
)

select
    municipalities.erhvervshus as house,
    ranked.municipality_code,
    ranked.population_year,
    ranked.count_year,
    ranked.population
from ranked
inner join {{ ref('municipalities') }} as municipalities on ranked.municipality_code = municipalities.kommunekode
where ranked.nearness = 1
