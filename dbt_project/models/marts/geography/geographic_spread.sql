-- Companies individually guided (Early Warning included) against the population-based share of the house's total.
-- Below -10 per cent the municipality is invited to dialogue (contract Midtjylland 2026, ch. 6.b).
with years as (
    select distinct goal_year from {{ ref('int_goal_targets') }}
),

activities as (
    select * from {{ ref('int_activities') }} where left_because is null and cvr is not null
),

population as (
    select
        house,
        municipality_code,
        population_year,
        population,
        sum(population) over (partition by house, population_year) as house_population
    from {{ ref('int_municipality_population') }}
),

guided as (
    select
        house,
        municipality_code,
        activity_year,
        count(distinct case when guidance_mode = 'individual' then cvr end) as companies_guided,
        count(*) as contacts
    from activities
    group by house, municipality_code, activity_year
),

house_totals as (
    select house, activity_year, count(distinct cvr) as companies_guided
    from activities
    where guidance_mode = 'individual'
    group by house, activity_year
),

expected as (
    select
        population.house,
        population.municipality_code,
        population.population_year,
        population.population,
        coalesce(guided.companies_guided, 0) as companies_guided,
        coalesce(guided.contacts, 0) as contacts,
        cast(population.population as double) / population.house_population as expected_share,
        coalesce(house_totals.companies_guided, 0)
        * cast(population.population as double) / population.house_population as expected_companies
    from population
    inner join years on population.population_year = years.goal_year
    left join guided
        on
            population.house = guided.house
            and population.municipality_code = guided.municipality_code
            and population.population_year = guided.activity_year
    left join house_totals
        on population.house = house_totals.house and population.population_year = house_totals.activity_year
),

compared as (
    select
        *,
        100 * (companies_guided - expected_companies) / nullif(expected_companies, 0) as deviation_pct
    from expected
    where population_year in (select activity_year from house_totals)
)

select
    house,
    municipality_code as kommunekode,
    cast(population_year as integer) as year,
    cast(companies_guided as integer) as companies_guided,
    cast(contacts as integer) as contacts,
    cast(population as integer) as population,
    expected_share,
    expected_companies,
    deviation_pct,
    case
        when deviation_pct is null then 'no_data'
        when deviation_pct < -10 then 'invited_to_dialogue'
        when deviation_pct > 10 then 'above'
        else 'within'
    end as status
from compared
