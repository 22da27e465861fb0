-- The target of every figure an agreement asks for, up to the report year. Where the target lies in a later year,
-- the straight line from the level stated before (agreement 2024-27, goal 1: 600 in 2022 to 1,200 in 2027) is the
-- path; before any stated level, the later target itself.
with agreements as (
    select
        *,
        {{ year_of('valid_from') }} as first_year,
        {{ year_of('valid_to') }} as last_year
    from {{ ref('agreements') }}
),

houses as (
    select house from {{ ref('houses') }}
    union all
    select 'danmark' as house
),

segments as (
    select 'all' as segment_scope, 'all' as segment
    union all
    select 'each', 'drift'
    union all
    select 'each', 'vaekst'
    union all
    select 'drift', 'drift'
    union all
    select 'vaekst', 'vaekst'
),

years as (
    select distinct calendar_year
    from {{ ref('int_calendar') }}
    where calendar_year <= (select report_year from {{ source('landing', 'run_context') }})
),

goals as (
    select
        measures.agreement,
        measures.measure,
        measures.goal_number,
        houses.house,
        segments.segment,
        years.calendar_year as goal_year,
        years.calendar_year + measures.evaluation_year_offset as evaluation_year,
        measures.comparison,
        measures.target_agreement
    from {{ ref('agreement_measures') }} as measures
    inner join agreements on measures.agreement = agreements.agreement
    inner join houses on agreements.house is null or agreements.house = houses.house
    inner join segments on measures.segment_scope = segments.segment_scope
    inner join years on years.calendar_year between agreements.first_year and agreements.last_year
),

stated as (
    select
        goals.agreement,
        goals.measure,
        goals.house,
        goals.segment,
        goals.goal_year,
        targets.first_year,
        targets.last_year,
        targets.kind,
        cast(targets.target as double) as target
    from goals
    inner join {{ ref('targets') }} as targets
        on
            goals.target_agreement = targets.agreement
            and goals.measure = targets.measure
            and targets.house in (goals.house, 'each')
),

binding as (
    select * from stated where kind = 'binding' and goal_year between first_year and last_year
),

earlier as (
    select
        agreement, measure, house, segment, goal_year,
        max(last_year) as from_year,
        max_by(target, last_year) as from_target
    from stated
    where last_year < goal_year
    group by agreement, measure, house, segment, goal_year
),

later as (
    select
        agreement, measure, house, segment, goal_year,
        min(first_year) as to_year,
        min_by(target, first_year) as to_target
    from stated
    where kind = 'binding' and first_year > goal_year
    group by agreement, measure, house, segment, goal_year
)

select
    goals.agreement,
    goals.measure,
    goals.goal_number,
    goals.house,
    goals.segment,
    goals.goal_year,
    goals.evaluation_year,
    goals.comparison,
    goals.target_agreement,
    coalesce(
        binding.target,
        earlier.from_target + (later.to_target - earlier.from_target)
        * (goals.goal_year - earlier.from_year) / (later.to_year - earlier.from_year),
        later.to_target
    ) as target,
    case when binding.target is not null then 'binding' when later.to_target is not null then 'path' end as target_kind
from goals
{% for step in ['binding', 'earlier', 'later'] -%}
    left join {{ step }}
        on
            goals.agreement = {{ step }}.agreement
            and goals.measure = {{ step }}.measure
            and goals.house = {{ step }}.house
            and goals.segment = {{ step }}.segment
            and goals.goal_year = {{ step }}.goal_year
{% endfor %}
