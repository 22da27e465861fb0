-- Two years are enough for the score card: twelve months, and the same twelve a year earlier.
with run as (
    select today from {{ source('landing', 'run_context') }}
),

checks as (
    select
        checks.house,
        rules.dimension,
        checks.month,
        checks.course_id,
        min(case when checks.is_passed then 1 else 0 end) as is_clean,
        {{ dbt.datediff('checks.month', 'run.today', 'month') }} as months_ago
    from {{ ref('int_practice_checks') }} as checks
    inner join {{ ref('registration_rules') }} as rules on checks.rule = rules.rule
    cross join run
    where
        checks.house <> 'ukendt'
        and {{ dbt.datediff('checks.month', 'run.today', 'month') }} between 0 and 23
    group by checks.house, rules.dimension, checks.month, checks.course_id, run.today
)

select
    house,
    dimension,
    month,
    cast(months_ago as integer) as months_ago,
    count(*) as courses_checked,
    sum(is_clean) as courses_passed
from checks
group by house, dimension, month, months_ago
