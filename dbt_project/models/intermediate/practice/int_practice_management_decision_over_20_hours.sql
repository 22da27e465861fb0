-- "… ledelsen i alle tilfælde, hvor vejledningen overstiger 20 timers vejledning pr. virksomhed over en periode på 12
-- måneder, have taget eksplicit stilling, i det konkrete tilfælde" (ch. 5.1). A case is a course with which the 20 hours
-- are passed: it has room for one decision. The decision belongs to it when it was taken inside the 12 months or no later
-- than 30 days after the day, whichever of the house's courses with the company it stands on.
with courses as (
    select * from {{ ref('int_practice_courses') }}
),

cases as (
    select
        *,
        row_number() over (partition by course_id order by passed_on) as place
    from {{ ref('int_practice_hour_passings') }}
),

decided as (
    select
        cases.course_id,
        min(courses.management_decision_on) as decided_on
    from cases
    inner join courses on cases.house = courses.house and cases.cvr = courses.cvr
    where cases.place = 1 and courses.management_decision_on > {{ dbt.dateadd('month', -12, 'cases.passed_on') }}
    group by cases.course_id
),

compared as (
    select
        courses.course_id,
        courses.house,
        courses.month,
        cases.passed_on,
        cases.hours_in_12_months,
        decided.decided_on,
        coalesce(decided.decided_on <= {{ dbt.dateadd('day', 30, 'cases.passed_on') }}, false) as is_passed,
        courses.today > {{ dbt.dateadd('day', 30, 'cases.passed_on') }} as is_due
    from cases
    inner join courses on cases.course_id = courses.course_id
    left join decided on cases.course_id = decided.course_id
    where cases.place = 1
),

-- Nothing is wrong before the 30 days are over. A decision that was taken late stays late; one that is missing may have been
-- taken in time and not registered.
checked as (
    select
        *,
        {{ danish_number('hours_in_12_months') }} || ' timer den ' || {{ danish_date('passed_on') }}
        || coalesce('; taget stilling den ' || {{ danish_date('decided_on') }}, '; ledelsen har ikke taget stilling')
            as found_value
    from compared
    where is_passed or is_due
)

select {{ practice_check('management_decision_over_20_hours', is_correctable='decided_on is null') }}
from checked
