-- Every figure the agreements ask for, beside its target. A figure that lacks data while others have it is a row
-- with the status no_data; a year in which nobody has data is no row.
{% set goal_models = [
    'awareness', 'awareness_of_offers', 'awareness_of_sustainability_offers', 'companies_guided', 'company_contacts',
    'competence_satisfaction', 'crisis_guidance_effect', 'entrepreneurs_guided', 'excess_employment_growth',
    'excess_productivity_growth', 'excess_revenue_growth', 'expected_effect', 'expected_effect_digital',
    'growth_courses', 'guidance_influenced_company', 'new_companies_share', 'nps', 'participants', 'referral_used',
    'sustainability_helped'
] %}
with figures as (
    {% for model in goal_models -%}
        select agreement, measure, house, segment, goal_year, n, numerator, denominator, value, ci_low, ci_high
        from {{ ref(model) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- A contract follows the agreement whose goals it carries: a house without data is a row, not a gap.
years_with_data as (
    select distinct
        targets.target_agreement,
        targets.measure,
        targets.goal_year
    from figures
    inner join {{ ref('int_goal_targets') }} as targets
        on
            figures.agreement = targets.agreement
            and figures.measure = targets.measure
            and figures.house = targets.house
            and figures.segment = targets.segment
            and figures.goal_year = targets.goal_year
    where figures.value is not null
),

judged as (
    select
        targets.agreement,
        targets.measure,
        targets.goal_number,
        targets.house,
        targets.segment,
        targets.goal_year,
        coalesce(figures.n, case when figures.value is null then 0 end) as n,
        figures.numerator,
        figures.denominator,
        figures.value,
        figures.ci_low,
        figures.ci_high,
        targets.target,
        targets.comparison,
        targets.target_kind,
        {{ reaches('figures.value', 'targets.target', 'targets.comparison') }} as is_reached,
        {{ reaches('figures.ci_low', 'targets.target', 'targets.comparison') }} as is_low_end_reached,
        {{ reaches('figures.ci_high', 'targets.target', 'targets.comparison') }} as is_high_end_reached
    from {{ ref('int_goal_targets') }} as targets
    inner join years_with_data
        on
            targets.target_agreement = years_with_data.target_agreement
            and targets.measure = years_with_data.measure
            and targets.goal_year = years_with_data.goal_year
    left join figures
        on
            targets.agreement = figures.agreement
            and targets.measure = figures.measure
            and targets.house = figures.house
            and targets.segment = figures.segment
            and targets.goal_year = figures.goal_year
)

select
    agreement,
    measure,
    goal_number,
    house,
    segment,
    goal_year as year,
    cast(n as integer) as n,
    numerator,
    denominator,
    value,
    ci_low,
    ci_high,
    target,
    comparison,
    case
        when value is null then 'no_data'
        when target_kind = 'path' and is_reached then 'on_path'
        when target_kind = 'path' then 'behind_path'
        when is_reached then 'met'
        else 'not_met'
    end as status,
    case
        when ci_low is null or ci_high is null then null
        when is_low_end_reached = is_high_end_reached then 'certain'
        else 'uncertain'
    end as certainty,
    (select computed_at from {{ source('landing', 'run_context') }}) as computed_at
from judged
