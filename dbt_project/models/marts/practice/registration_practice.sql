with checks as (
    select * from {{ ref('int_practice_checks') }}
),

counted as (
    select
        house,
        rule,
        month,
        cast(count(*) as integer) as checked,
        cast(count(case when is_passed then 1 end) as integer) as passed
    from checks
    group by house, rule, month
)

select
    counted.house,
    counted.rule,
    counted.month,
    counted.checked,
    counted.passed,
    rules.severity
from counted
inner join {{ ref('practice_rules') }} as rules on counted.rule = rules.rule
