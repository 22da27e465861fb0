-- A company guided by two houses counts once in each, and once nationally.
with activities as (
    select *
    from {{ ref('int_activities') }}
    where left_because is null and cvr is not null and guidance_mode is not null
),

by_house as (
    select
        house,
        cvr,
        activity_year,
        guidance_mode,
        min(activity_on) as first_activity_on,
        count(*) as activities
    from activities
    where house is not null
    group by house, cvr, activity_year, guidance_mode
),

nationally as (
    select
        'danmark' as house,
        cvr,
        activity_year,
        guidance_mode,
        min(activity_on) as first_activity_on,
        count(*) as activities
    from activities
    group by cvr, activity_year, guidance_mode
)

select * from by_house
union all
select * from nationally
