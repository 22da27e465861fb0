-- A contract's contacts per municipality, with those outside the house's area or in no known municipality, so that they
-- add up to the contract's figure. Companies are counted in every place where they had a contact, and so add up too.
with targets as (
    select
        contacts.agreement,
        contacts.house,
        contacts.municipality_code,
        municipalities.kommunenavn as municipality_name,
        contacts.year,
        contacts.population,
        contacts.target_contacts
    from {{ ref('municipality_contacts') }} as contacts
    inner join {{ ref('municipalities') }} as municipalities
        on contacts.municipality_code = municipalities.kommunekode
),

placed as (
    select
        base.agreement,
        base.goal_year as year,
        base.house,
        base.cvr,
        case
            when municipalities.kommunekode is null then 'unknown'
            when municipalities.erhvervshus <> base.house then 'outside_area'
            else municipalities.kommunekode
        end as municipality_code
    from {{ ref('int_company_contacts_base') }} as base
    left join {{ ref('municipalities') }} as municipalities on base.municipality_code = municipalities.kommunekode
    where base.left_because is null
),

counted as (
    select
        agreement,
        house,
        municipality_code,
        year,
        cast(count(distinct cvr) as integer) as companies,
        cast(count(*) as integer) as contacts
    from placed
    group by agreement, house, municipality_code, year
),

in_area as (
    select
        targets.*,
        coalesce(counted.companies, 0) as companies,
        coalesce(counted.contacts, 0) as contacts
    from targets
    left join counted
        on
            targets.agreement = counted.agreement
            and targets.municipality_code = counted.municipality_code
            and targets.year = counted.year
),

not_in_area as (
    select
        agreement,
        house,
        municipality_code,
        case municipality_code when 'unknown' then 'Ukendt kommune' else 'Uden for husets område' end
            as municipality_name,
        cast(year as integer) as year,
        cast(null as integer) as population,
        cast(null as integer) as target_contacts,
        companies,
        contacts
    from counted
    where municipality_code in ('unknown', 'outside_area')
),

places as (
    select * from in_area
    union all
    select * from not_in_area
)

select * from places
union all
select
    agreement,
    house,
    'total' as municipality_code,
    'Hele huset' as municipality_name,
    year,
    cast(sum(population) as integer) as population,
    cast(sum(target_contacts) as integer) as target_contacts,
    cast(sum(companies) as integer) as companies,
    cast(sum(contacts) as integer) as contacts
from places
group by agreement, house, year
