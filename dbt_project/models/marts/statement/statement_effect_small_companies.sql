select
    segment,
    house,
    goal_year,
    companies,
    closed,
    companies_with_outcome,
    median_revenue_change_tkr,
    mean_revenue_change_tkr,
    median_full_time_equivalents_change,
    mean_full_time_equivalents_change,
    largest_share
from {{ ref('effect_small_companies') }}
where goal_year in (select report_year from {{ ref('int_report_years') }})
