-- Region Hovedstaden and Region Sjælland merge on 1 January 2027, so a municipality has a version per region period.
select
    municipalities.kommunekode || '-' || cast({{ year_of('region_periods.valid_from') }} as varchar) as municipality_key,
    municipalities.kommunekode as municipality_code,
    municipalities.kommunenavn as municipality_name,
    municipalities.erhvervshus as house,
    municipalities.kkr,
    region_periods.region,
    municipalities.by_eller_land as urban_or_rural,
    municipalities.kommunegruppe as municipality_group,
    cast(municipalities.befolkning_2020 as integer) as population_2020,
    cast(municipalities.befolkning_2026 as integer) as population_2026,
    cast(municipalities.bredde as double) as latitude,
    cast(municipalities.laengde as double) as longitude,
    region_periods.valid_from,
    region_periods.valid_to
from {{ ref('municipalities') }} as municipalities
inner join {{ ref('region_periods') }} as region_periods on municipalities.region = region_periods.region_in_2026
