-- Spread with what cannot be placed, and the house's total. The expected shares of a house's municipalities add up to
-- one, so their expected companies add up to the number of different companies the house guided.
with spread as (
    select * from {{ ref('geographic_spread') }}
),

municipalities as (
    select kommunekode, kommunenavn from {{ ref('municipalities') }}
),

placed as (
    select
        spread.house,
        spread.kommunekode as municipality_code,
        municipalities.kommunenavn as municipality_name,
        spread.year,
        spread.companies_guided,
        spread.population,
        spread.expected_share,
        spread.expected_companies,
        spread.deviation_pct,
        spread.status
    from spread
    inner join municipalities on spread.kommunekode = municipalities.kommunekode
),

totals as (
    select
        house,
        year,
        cast(round(sum(expected_companies)) as integer) as companies_guided,
        cast(sum(population) as integer) as population,
        round(sum(expected_companies)) as expected_companies
    from spread
    group by house, year
),

unplaced as (
    select
        guidance_unplaced.house,
        guidance_unplaced.unplaced_because as municipality_code,
        case guidance_unplaced.unplaced_because
            when 'outside_area' then 'Uden for husets område' else 'Ukendt kommune'
        end as municipality_name,
        guidance_unplaced.year,
        guidance_unplaced.companies_guided
    from {{ ref('guidance_unplaced') }} as guidance_unplaced
    inner join totals on guidance_unplaced.house = totals.house and guidance_unplaced.year = totals.year
)

select
    house, municipality_code, municipality_name, year, companies_guided, population, expected_share,
    expected_companies, deviation_pct, status
from placed
union all
select
    house, municipality_code, municipality_name, year, companies_guided, null, null,
    null, null, null
from unplaced
union all
select
    house, 'total', 'Hele huset', year, companies_guided, population, 1,
    expected_companies, null, null
from totals
