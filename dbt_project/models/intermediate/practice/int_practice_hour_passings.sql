-- The days on which a house's individual guidance of a company passes 20 hours within 12 months: over 20 in the 12
-- months up to and including the day, and not yet before the day's own hours.
with courses as (
    select * from {{ ref('int_practice_courses') }} where course_type = 'individuel' and cvr is not null
),

activities as (
    select
        courses.house,
        courses.cvr,
        courses.course_id,
        activities.activity_on,
        activities.hours
    from {{ ref('int_activities') }} as activities
    inner join courses on activities.course_id = courses.course_id
    where
        activities.left_because is null
        and activities.hours > 0
        and activities.activity_on <= courses.today
        and courses.house <> 'ukendt'
),

-- Few companies ever pass the limit: only theirs are sorted.
intensively_guided as (
    select house, cvr
    from activities
    group by house, cvr
    having sum(hours) > 20
),

guidance_days as (
    select
        activities.house,
        activities.cvr,
        activities.activity_on,
        sum(activities.hours) as hours,
        -- Where several courses had an activity that day, the first of them stands for it.
        min(activities.course_id) as course_id
    from activities
    inner join intensively_guided
        on activities.house = intensively_guided.house and activities.cvr = intensively_guided.cvr
    group by activities.house, activities.cvr, activities.activity_on
),

windows as (
    select
        *,
        {{ rolling_sum('hours', ['house', 'cvr'], 'activity_on', 12) }} as hours_in_12_months
    from guidance_days
)

select
    house,
    cvr,
    activity_on as passed_on,
    course_id,
    hours_in_12_months
from windows
where hours_in_12_months > 20 and hours_in_12_months - hours <= 20
