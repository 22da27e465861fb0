select
    measure,
    segment,
    house,
    goal_year,
    scope,
    definition,
    definition_da as label,
    neighbours,
    caliper_factor,
    n_treated,
    att,
    ci_low,
    ci_high,
    is_headline
from {{ ref('effect_sensitivity') }}
where goal_year in (select report_year from {{ ref('int_report_years') }})
