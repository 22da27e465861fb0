{# What both the guided companies and the pool of the effect goals are described with, written once. #}

{# The last day of a year, given as an integer expression. #}
{% macro last_day_of(year_expression) -%}
    cast(cast({{ year_expression }} as varchar) || '-12-31' as date)
{%- endmacro %}

{# The same day a number of months later; both may be columns. #}
{% macro months_after(date_expression, months) -%}
    {{ return(adapter.dispatch('months_after')(date_expression, months)) }}
{%- endmacro %}

{% macro duckdb__months_after(date_expression, months) -%}
    {{ date_expression }} + to_months(cast({{ months }} as integer))
{%- endmacro %}

{% macro spark__months_after(date_expression, months) -%}
    add_months({{ date_expression }}, {{ months }})
{%- endmacro %}

{# The share-th percentile of an expression within the group, linear between neighbours. #}
{% macro percentile(expression, share) -%}
    {{ return(adapter.dispatch('percentile')(expression, share)) }}
{%- endmacro %}

{% macro duckdb__percentile(expression, share) -%}
    quantile_cont({{ expression }}, {{ share }})
{%- endmacro %}

{% macro spark__percentile(expression, share) -%}
    percentile({{ expression }}, {{ share }})
{%- endmacro %}

{# An expression held between two bounds; empty where it is empty. #}
{% macro capped(expression, low, high) -%}
    case when {{ expression }} is not null then greatest({{ low }}, least({{ high }}, {{ expression }})) end
{%- endmacro %}

{# Size class by full-time equivalents: the least whole number of the class (0-1, 2-4, 5-9, 10-49, 50-249, 250 and more). #}
{% macro effect_size_class(expression) -%}
    case
        when {{ expression }} >= 250 then 250
        when {{ expression }} >= 50 then 50
        when {{ expression }} >= 10 then 10
        when {{ expression }} >= 5 then 5
        when {{ expression }} >= 2 then 2
        when {{ expression }} >= 0 then 0
    end
{%- endmacro %}

{# A company in a baseline year: eight digits of the company's place, so that ids sort as companies do, and the year. #}
{% macro effect_unit_id(place, baseline_year) -%}
    lpad(cast({{ place }} as varchar), 8, '0') || '-' || {{ baseline_year }}
{%- endmacro %}

{# The columns units are put in strata by and matched on, from int_effect_baselines. #}
{% macro effect_covariates(baselines) -%}
    {%- for column in [
        'industry_group', 'size_class', 'region', 'is_startup', 'is_growth_unknown', 'log_revenue',
        'log_full_time_equivalents', 'log_productivity', 'prior_growth', 'log_age'
    ] %}
    {{ baselines }}.{{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# Whether the company had ceased by the day the outcome is read. #}
{% macro effect_is_closed(baselines, outcome_on) -%}
    coalesce({{ baselines }}.ceased_on <= {{ outcome_on }}, false)
{%- endmacro %}

{# A closed company's outcome is known; another's needs accounts in the outcome year. #}
{% macro effect_outcome_known(baselines, outcomes, outcome_on) -%}
    (
        {{ effect_is_closed(baselines, outcome_on) }}
        or ({{ outcomes }}.revenue_tkr is not null and {{ outcomes }}.full_time_equivalents is not null)
    )
{%- endmacro %}

{#
    Growth from the baseline to the outcome year, in per cent, in the definitions that are shown: plain (a closed company
    counts as -100), symmetric (x2 - x0)/((x2 + x0)/2) (a closed one as -200), and log points times 100 of survivors.
    Productivity is the change of log revenue per full-time equivalent times 100, of survivors above the floor at both
    ends. The placebo is the same from four to two years before the baseline.

    baselines: alias of int_effect_baselines.
    outcomes: alias of the accounts of the outcome year.
    outcome_on: last day of the outcome year.
    settings: alias of int_effect_settings.
#}
{% macro effect_outcomes(baselines, outcomes, outcome_on, settings) -%}
    {%- set closed = effect_is_closed(baselines, outcome_on) -%}
    {%- set floor = settings ~ '.full_time_equivalents_floor' -%}
    {{ closed }} as is_closed,
    {{ baselines }}.revenue_tkr as baseline_revenue_tkr,
    {{ baselines }}.full_time_equivalents as baseline_full_time_equivalents,
    {{ outcomes }}.revenue_tkr as outcome_revenue_tkr,
    {{ outcomes }}.full_time_equivalents as outcome_full_time_equivalents,
    {%- for kind, level in [('revenue', 'revenue_tkr'), ('employment', 'full_time_equivalents')] %}
    {%- set before = baselines ~ '.' ~ level -%}
    {%- set after = outcomes ~ '.' ~ level %}
    case when {{ closed }} then -100.0 when {{ before }} > 0 then 100 * ({{ after }} - {{ before }}) / {{ before }} end
        as {{ kind }}_growth,
    case
        when {{ closed }} then -200.0
        when {{ before }} > 0 then 200 * ({{ after }} - {{ before }}) / ({{ after }} + {{ before }})
    end as {{ kind }}_symmetric,
    case when not {{ closed }} and {{ before }} > 0 and {{ after }} > 0 then 100 * ln({{ after }} / {{ before }}) end
        as {{ kind }}_log_survivors,
    {%- endfor %}
    {%- set before = baselines ~ '.revenue_tkr / ' ~ baselines ~ '.full_time_equivalents' -%}
    {%- set after = outcomes ~ '.revenue_tkr / ' ~ outcomes ~ '.full_time_equivalents' -%}
    {%- set measurable = "not " ~ closed ~ " and " ~ baselines ~ ".full_time_equivalents >= " ~ floor
        ~ " and " ~ outcomes ~ ".full_time_equivalents >= " ~ floor
        ~ " and " ~ baselines ~ ".revenue_tkr > 0 and " ~ outcomes ~ ".revenue_tkr > 0" %}
    {%- for name in ['productivity_growth', 'productivity_log_survivors'] %}
    case when {{ measurable }} then 100 * ln(({{ after }}) / ({{ before }})) end as {{ name }},
    {%- endfor %}
    case when {{ measurable }} then 200 * (({{ after }}) - ({{ before }})) / (({{ after }}) + ({{ before }})) end
        as productivity_symmetric,
    case
        when
            {{ baselines }}.revenue_four_before >= {{ settings }}.revenue_floor_tkr
            and {{ baselines }}.full_time_equivalents_four_before >= {{ floor }}
            then
                100 * ({{ baselines }}.revenue_two_before - {{ baselines }}.revenue_four_before)
                / {{ baselines }}.revenue_four_before
    end as revenue_placebo,
    case
        when
            {{ baselines }}.revenue_four_before >= {{ settings }}.revenue_floor_tkr
            and {{ baselines }}.full_time_equivalents_four_before >= {{ floor }}
            then
                100 * ({{ baselines }}.full_time_equivalents_two_before - {{ baselines }}.full_time_equivalents_four_before)
                / {{ baselines }}.full_time_equivalents_four_before
    end as employment_placebo,
    case
        when
            {{ baselines }}.revenue_four_before >= {{ settings }}.revenue_floor_tkr
            and {{ baselines }}.full_time_equivalents_four_before >= {{ floor }}
            and {{ baselines }}.full_time_equivalents_two_before >= {{ floor }}
            and {{ baselines }}.revenue_two_before > 0
            then
                100 * ln(
                    ({{ baselines }}.revenue_two_before / {{ baselines }}.full_time_equivalents_two_before)
                    / ({{ baselines }}.revenue_four_before / {{ baselines }}.full_time_equivalents_four_before)
                )
    end as productivity_placebo
{%- endmacro %}

{# The columns that guided companies and pool have in common, in one order. #}
{% macro effect_unit_columns(units) -%}
    {%- for column in [
        'unit_id', 'cvr', 'lot', 'baseline_year', 'end_year', 'goal_year', 'industry_group', 'size_class', 'region',
        'is_startup', 'is_growth_unknown', 'log_revenue', 'log_full_time_equivalents', 'log_productivity',
        'prior_growth', 'log_age', 'is_closed', 'revenue_growth', 'revenue_symmetric', 'revenue_log_survivors',
        'employment_growth', 'employment_symmetric', 'employment_log_survivors', 'productivity_growth',
        'productivity_symmetric', 'productivity_log_survivors', 'revenue_placebo', 'employment_placebo',
        'productivity_placebo'
    ] %}
    {{ units }}.{{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#
    The figure of an effect goal for every agreement that asks for it: the newest cohort, or the cohorts pooled where that
    has too few companies. A figure that may not be published is a row without a value.

    measure: the measure's key.
#}
{% macro effect_per_goal(measure) -%}
    select
        goals.agreement,
        goals.measure,
        goals.house,
        goals.segment,
        goals.goal_year,
        estimates.n_treated as n,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        case when estimates.is_publishable then estimates.att end as value,
        case when estimates.is_publishable then estimates.ci_low end as ci_low,
        case when estimates.is_publishable then estimates.ci_high end as ci_high
    from {{ ref('int_goal_targets') }} as goals
    inner join {{ ref('effect_estimate') }} as estimates
        on
            goals.measure = estimates.measure
            and goals.house = estimates.house
            and goals.segment = estimates.segment
            and goals.goal_year = estimates.goal_year
    where goals.measure = '{{ measure }}' and estimates.is_goal_figure
{%- endmacro %}
