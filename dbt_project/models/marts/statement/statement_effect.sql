-- A figure that is not good enough to publish leaves its reason behind, and no numbers that others would use.
with estimates as (
    select * from {{ ref('effect_estimate') }}
    where goal_year in (select report_year from {{ ref('int_report_years') }})
)

select
    measure,
    segment,
    house,
    goal_year,
    scope,
    n_eligible,
    n_treated,
    n_controls,
    max_reuse,
    matched_share,
    {% for figure in [
        'treated_mean', 'control_mean', 'att', 'se', 'ci_low', 'ci_high', 'lowest_att', 'highest_att'
    ] -%}
        case when is_publishable then {{ figure }} end as {{ figure }},
    {% endfor -%}
    largest_imbalance,
    target,
    case when is_publishable then verdict end as verdict,
    case when is_publishable then certainty end as certainty,
    is_publishable,
    reason_da as reason,
    is_goal_figure,
    settings_fingerprint
from estimates
