-- Danmark is everything that was checked, also what lies in no readable house, which has a row of its own.
with practice as (
    select house, rule, {{ year_of('month') }} as year, checked, passed
    from {{ ref('registration_practice') }}
),

scopes as (
    select house, rule, year, checked, passed from practice
    union all
    select 'danmark' as house, rule, year, checked, passed from practice
),

summed as (
    select
        house,
        rule,
        year,
        cast(sum(checked) as integer) as checked,
        cast(sum(passed) as integer) as passed
    from scopes
    where year in (select report_year from {{ ref('int_report_years') }})
    group by house, rule, year
)

select
    summed.house,
    summed.rule,
    cast(summed.year as integer) as year,
    rules.label_da as label,
    rules.dimension,
    rules.severity,
    summed.checked,
    summed.passed,
    100.0 * summed.passed / nullif(summed.checked, 0) as share
from summed
inner join {{ ref('practice_rules') }} as rules on summed.rule = rules.rule
