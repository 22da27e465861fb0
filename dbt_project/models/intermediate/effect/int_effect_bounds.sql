-- Where growth is capped: percentiles of guided companies and pool together, within group and end year.
{% set outcomes = ['revenue_growth', 'employment_growth', 'productivity_growth',
    'revenue_placebo', 'employment_placebo', 'productivity_placebo'] %}
select
    {% for outcome in outcomes -%}
        {{ percentile(outcome, 0.01) }} as {{ outcome }}_p01,
        {{ percentile(outcome, 0.05) }} as {{ outcome }}_p05,
        {{ percentile(outcome, 0.95) }} as {{ outcome }}_p95,
        {{ percentile(outcome, 0.99) }} as {{ outcome }}_p99,
    {% endfor -%}
    match_group,
    end_year
from {{ ref('int_effect_candidates') }}
group by match_group, end_year
