-- "… ledelsen i alle tilfælde, hvor vejledningen overstiger 20 timers vejledning pr. virksomhed over en periode på 12
-- måneder, have taget eksplicit stilling, i det konkrete tilfælde" (ch. 5.1). A decision belongs to the case when it was
-- taken inside the 12 months or no later than 30 days after the day the 20 hours were passed.
with passings as (
    select * from {{ ref('int_practice_hour_passings') }}
),

courses as (
    select * from {{ ref('int_practice_courses') }}
),

decided as (
    select
        passings.house,
        passings.cvr,
        passings.passed_on,
        min(case
            when
                courses.management_decision_on > {{ dbt.dateadd('month', -12, 'passings.passed_on') }}
                then courses.management_decision_on
        end) as decided_on
    from passings
    inner join courses on passings.house = courses.house and passings.cvr = courses.cvr
    group by passings.house, passings.cvr, passings.passed_on
),

compared as (
    select
        courses.course_id,
        courses.house,
        courses.month,
        passings.passed_on,
        passings.hours_in_12_months,
        decided.decided_on,
        coalesce(decided.decided_on <= {{ dbt.dateadd('day', 30, 'passings.passed_on') }}, false) as is_passed,
        courses.today > {{ dbt.dateadd('day', 30, 'passings.passed_on') }} as is_due
    from passings
    inner join courses on passings.course_id = courses.course_id
    inner join decided
        on
            passings.house = decided.house
            and passings.cvr = decided.cvr
            and passings.passed_on = decided.passed_on
),

-- A course may pass the limit more than once: its first failure decides. Nothing is wrong before the 30 days are over.
checked as (
    select
        *,
        {{ danish_number('hours_in_12_months') }} || ' timer den ' || {{ danish_date('passed_on') }}
        || coalesce('; taget stilling den ' || {{ danish_date('decided_on') }}, '; ledelsen har ikke taget stilling')
            as found_value,
        row_number() over (partition by course_id order by is_passed, passed_on) as place
    from compared
    where is_passed or is_due
)

select {{ practice_check('management_decision_over_20_hours') }}
from checked
where place = 1
