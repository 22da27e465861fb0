-- Means of the whole pool, for the comparison before matching.
select
    match_group,
    goal_year,
    cast(count(*) as integer) as controls,
{%- for covariate in ['log_revenue', 'log_full_time_equivalents', 'log_productivity', 'prior_growth', 'log_age'] %}
    avg({{ covariate }}) as {{ covariate }}{{ ',' if not loop.last }}
{%- endfor %}
from {{ ref('int_effect_candidates') }}
where not is_treated
group by match_group, goal_year
