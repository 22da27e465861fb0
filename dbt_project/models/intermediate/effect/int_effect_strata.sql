-- In how wide a stratum a guided company is matched: 0 with region and industry, 1 without region, 2 without both, the
-- first that has enough controls. Size is never given up, nor whether it is a start-up or its prior growth is known.
with candidates as (
    select * from {{ ref('int_effect_candidates') }}
),

controls as (
    select
        match_group, end_year, baseline_year, size_class, is_startup, is_growth_unknown, industry_group, region,
        count(*) as controls
    from candidates
    where not is_treated
    group by
        match_group, end_year, baseline_year, size_class, is_startup, is_growth_unknown, industry_group, region
),

widened as (
    select
        *,
        sum(controls) over (
            partition by
                match_group, end_year, baseline_year, size_class, is_startup, is_growth_unknown, industry_group
        ) as controls_without_region
    from controls
),

industries as (
    select distinct
        match_group, end_year, baseline_year, size_class, is_startup, is_growth_unknown, industry_group,
        controls_without_region
    from widened
),

settings as (
    select minimum_controls from {{ ref('int_effect_settings') }}
)

select
    treated.match_group,
    treated.end_year,
    treated.unit_id,
    cast(coalesce(widened.controls, 0) as integer) as controls_in_stratum,
    cast(coalesce(industries.controls_without_region, 0) as integer) as controls_without_region,
    case
        when widened.controls >= settings.minimum_controls then 0
        when industries.controls_without_region >= settings.minimum_controls then 1
        else 2
    end as stratum_level
from candidates as treated
cross join settings
{% for step in ['widened', 'industries'] -%}
    left join {{ step }}
        on
            treated.match_group = {{ step }}.match_group
            and treated.end_year = {{ step }}.end_year
            and treated.baseline_year = {{ step }}.baseline_year
            and treated.size_class = {{ step }}.size_class
            and treated.is_startup = {{ step }}.is_startup
            and treated.is_growth_unknown = {{ step }}.is_growth_unknown
            and treated.industry_group = {{ step }}.industry_group
            {% if step == 'widened' %}and treated.region = {{ step }}.region{% endif %}
{% endfor -%}
where treated.is_treated
