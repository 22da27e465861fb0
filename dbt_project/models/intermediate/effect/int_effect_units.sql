-- The units as they are matched and compared: stratum and covariates, and growth in every definition that is shown.
{{ config(materialized='view') }}
select
    candidates.match_group,
    candidates.end_year,
    candidates.goal_year,
    candidates.baseline_year,
    candidates.unit_id,
    candidates.cvr,
    candidates.lot,
    candidates.is_treated,
    coalesce(strata.stratum_level, 0) as stratum_level,
    candidates.industry_group,
    candidates.size_class,
    candidates.region,
    candidates.is_startup,
    candidates.is_growth_unknown,
    candidates.log_revenue,
    candidates.log_full_time_equivalents,
    candidates.log_productivity,
    candidates.prior_growth,
    candidates.log_age,
    case when candidates.is_closed then 0.0 else 100.0 end as survival,
{%- for kind in ['revenue', 'employment', 'productivity'] %}
    {{ capped('candidates.' ~ kind ~ '_growth', 'bounds.' ~ kind ~ '_growth_p05', 'bounds.' ~ kind ~ '_growth_p95') }}
        as {{ kind }}_winsorised_5_95,
    {{ capped('candidates.' ~ kind ~ '_growth', 'bounds.' ~ kind ~ '_growth_p01', 'bounds.' ~ kind ~ '_growth_p99') }}
        as {{ kind }}_winsorised_1_99,
    candidates.{{ kind }}_symmetric,
    candidates.{{ kind }}_log_survivors,
    {{ capped('candidates.' ~ kind ~ '_placebo', 'bounds.' ~ kind ~ '_placebo_p05', 'bounds.' ~ kind ~ '_placebo_p95') }}
        as {{ kind }}_placebo{{ ',' if not loop.last }}
{%- endfor %}
from {{ ref('int_effect_candidates') }} as candidates
inner join {{ ref('int_effect_bounds') }} as bounds
    on candidates.match_group = bounds.match_group and candidates.end_year = bounds.end_year
left join {{ ref('int_effect_strata') }} as strata
    on
        candidates.match_group = strata.match_group
        and candidates.end_year = strata.end_year
        and candidates.unit_id = strata.unit_id
        and candidates.is_treated
