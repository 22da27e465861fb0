select
    measure,
    segment,
    house,
    goal_year,
    scope,
    n_treated,
    att,
    ci_low,
    ci_high,
    holds_zero
from {{ ref('effect_placebo') }}
where goal_year in (select report_year from {{ ref('int_report_years') }})
