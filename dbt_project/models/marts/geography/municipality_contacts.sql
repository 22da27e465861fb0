-- A contract's contacts, split on the house's municipalities by population with the largest remainder, so that the
-- parts add up (contract Sydjylland 2026: 3,000 contacts on 13 municipalities). Ties go to the larger population,
-- then the lower code. The remainders are compared as whole numbers, so nothing depends on rounding.
with goals as (
    select agreement, house, goal_year, cast(target as bigint) as total_target
    from {{ ref('int_goal_targets') }}
    where measure = 'company_contacts'
),

shares as (
    select
        goals.agreement,
        goals.house,
        goals.goal_year,
        goals.total_target,
        population.municipality_code,
        population.population,
        sum(population.population) over (partition by goals.agreement, goals.goal_year) as house_population
    from goals
    inner join {{ ref('int_municipality_population') }} as population
        on goals.house = population.house and goals.goal_year = population.population_year
),

quotas as (
    select
        *,
        cast(floor(total_target * population / house_population) as bigint) as whole_part,
        cast(total_target * population % house_population as bigint) as remainder
    from shares
),

seats as (
    select
        *,
        total_target - sum(whole_part) over (partition by agreement, goal_year) as seats_left,
        row_number() over (
            partition by agreement, goal_year order by remainder desc, population desc, municipality_code asc
        ) as remainder_rank
    from quotas
),

contacts as (
    select agreement, goal_year, municipality_code, count(*) as contacts
    from {{ ref('int_company_contacts_base') }}
    where left_because is null
    group by agreement, goal_year, municipality_code
)

select
    seats.agreement,
    seats.house,
    seats.municipality_code,
    cast(seats.goal_year as integer) as year,
    cast(seats.population as integer) as population,
    cast(seats.whole_part + case when seats.remainder_rank <= seats.seats_left then 1 else 0 end as integer)
        as target_contacts,
    cast(coalesce(contacts.contacts, 0) as integer) as contacts
from seats
left join contacts
    on
        seats.agreement = contacts.agreement
        and seats.goal_year = contacts.goal_year
        and seats.municipality_code = contacts.municipality_code
