select
    segment,
    house,
    goal_year,
    scope,
    n,
    survived_share,
    control_survived_share,
    difference,
    ci_low,
    ci_high
from {{ ref('effect_survival') }}
where goal_year in (select report_year from {{ ref('int_report_years') }})
