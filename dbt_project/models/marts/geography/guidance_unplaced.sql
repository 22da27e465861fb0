-- What geographic_spread cannot place: guidance in a municipality outside the house's area, or in none that is known.
with activities as (
    select * from {{ ref('int_activities') }} where left_because is null and cvr is not null and house is not null
),

placed as (
    select
        activities.*,
        case
            when municipalities.kommunekode is null then 'unknown'
            when municipalities.erhvervshus <> activities.house then 'outside_area'
        end as unplaced_because
    from activities
    left join {{ ref('municipalities') }} as municipalities on activities.municipality_code = municipalities.kommunekode
)

select
    house,
    cast(activity_year as integer) as year,
    unplaced_because,
    cast(count(distinct case when guidance_mode = 'individual' then cvr end) as integer) as companies_guided,
    cast(count(*) as integer) as contacts
from placed
where unplaced_because is not null
group by house, activity_year, unplaced_because
