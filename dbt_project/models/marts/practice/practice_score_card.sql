-- Courses started in twelve months without a finding in the dimension; the windows one month and one year earlier are
-- computed from the same data, so a change is one of practice and not of the day it was looked at.
with scores as (
    select * from {{ ref('int_practice_course_scores') }}
),

windows as (
    select 'current' as period, 0 as months_back
    union all
    select 'last_month', 1
    union all
    select 'last_year', 12
),

in_windows as (
    select
        scores.house,
        scores.dimension,
        windows.period,
        scores.courses_checked,
        scores.courses_passed
    from scores
    inner join windows
        on scores.months_ago >= windows.months_back and scores.months_ago < windows.months_back + 12
),

with_danmark as (
    select house, dimension, period, courses_checked, courses_passed from in_windows
    union all
    select 'danmark', dimension, period, courses_checked, courses_passed from in_windows
),

summed as (
    select
        house,
        dimension,
        cast(coalesce(sum(case when period = 'current' then courses_checked end), 0) as integer) as checked,
        cast(coalesce(sum(case when period = 'current' then courses_passed end), 0) as integer) as passed,
        {{ share_in_period('current') }} as share_current,
        {{ share_in_period('last_month') }} as share_last_month,
        {{ share_in_period('last_year') }} as share_last_year
    from with_danmark
    group by house, dimension
)

select
    house,
    dimension,
    checked,
    passed,
    share_current as share_pct,
    share_last_month,
    share_last_year,
    share_current - share_last_month as change_since_last_month,
    share_current - share_last_year as change_since_last_year
from summed
