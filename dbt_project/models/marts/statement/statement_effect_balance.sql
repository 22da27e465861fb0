select
    match_group,
    segment,
    house,
    goal_year,
    scope,
    covariate,
    covariate_da as label,
    n_treated,
    smd_before,
    smd_after,
    variance_ratio,
    assessment
from {{ ref('effect_balance') }}
where goal_year in (select report_year from {{ ref('int_report_years') }})
