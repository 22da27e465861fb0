-- What may be shown of the figures: counts and reasons of all, the effect itself only of those that nothing speaks against.
-- The figure that a goal uses is that of the newest cohort, or of the cohorts pooled where it has too few companies.
with figures as (
    select
        measure, segment, house, goal_year, scope, n_eligible, n_treated, n_controls, max_reuse, matched_share,
        minimum_treated, is_publishable, reason_da, settings_fingerprint,
        {% for figure in ['treated_mean', 'control_mean', 'att', 'se', 'ci_low', 'ci_high'] -%}
            case when is_publishable then {{ figure }} end as {{ figure }},
        {% endfor -%}
        case when n_treated >= minimum_treated_at_all then largest_imbalance end as largest_imbalance
    from {{ ref('int_effect_checked') }}
),

targets as (
    select distinct
        goals.measure,
        goals.house,
        goals.goal_year,
        goals.target,
        goals.comparison
    from {{ ref('int_goal_targets') }} as goals
    inner join {{ ref('agreements') }} as agreements on goals.agreement = agreements.agreement
    where agreements.kind = 'agreement'
),

enough as (
    select
        measure,
        house,
        goal_year,
        n_treated >= minimum_treated as is_cohort_enough
    from figures
    where scope = 'cohort'
),

sensitivity as (
    select
        measure,
        house,
        goal_year,
        scope,
        min(att) as lowest_att,
        max(att) as highest_att
    from {{ ref('int_effect_figures') }}
    where definition not in ('placebo', 'survival')
    group by measure, house, goal_year, scope
),

judged as (
    select
        figures.*,
        sensitivity.lowest_att,
        sensitivity.highest_att,
        targets.target,
        targets.comparison,
        enough.is_cohort_enough = (figures.scope = 'cohort') as is_goal_figure,
        {{ reaches('figures.att', 'targets.target', 'targets.comparison') }} as is_reached,
        {{ reaches('figures.ci_low', 'targets.target', 'targets.comparison') }} as is_low_end_reached,
        {{ reaches('figures.ci_high', 'targets.target', 'targets.comparison') }} as is_high_end_reached
    from figures
    inner join enough
        on
            figures.measure = enough.measure
            and figures.house = enough.house
            and figures.goal_year = enough.goal_year
    left join sensitivity
        on
            figures.measure = sensitivity.measure
            and figures.house = sensitivity.house
            and figures.goal_year = sensitivity.goal_year
            and figures.scope = sensitivity.scope
            and figures.is_publishable
    left join targets
        on
            figures.measure = targets.measure
            and figures.house = targets.house
            and figures.goal_year = targets.goal_year
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
    treated_mean,
    control_mean,
    round(att, 9) as att,
    round(se, 9) as se,
    round(ci_low, 9) as ci_low,
    round(ci_high, 9) as ci_high,
    round(lowest_att, 9) as lowest_att,
    round(highest_att, 9) as highest_att,
    largest_imbalance,
    target,
    comparison,
    case
        when att is null or target is null then null
        when is_reached then 'met'
        else 'not_met'
    end as verdict,
    case
        when ci_low is null or ci_high is null or target is null then null
        when is_low_end_reached = is_high_end_reached then 'certain'
        else 'uncertain'
    end as certainty,
    is_publishable,
    reason_da,
    is_goal_figure,
    settings_fingerprint,
    (select computed_at from {{ source('landing', 'run_context') }}) as computed_at
from judged
