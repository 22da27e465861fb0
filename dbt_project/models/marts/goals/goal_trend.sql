-- The development of a measure: what was computed, and before it what the documents printed.
with computed as (
    select
        measure, house, segment, year, agreement, n, value, ci_low, ci_high,
        'computed' as origin,
        cast(null as varchar) as source_document,
        cast(null as varchar) as source_chapter
    from {{ ref('goal_attainment') }}
    where status <> 'no_data'
),

published as (
    select
        measure, house, segment, year,
        cast(null as varchar) as agreement,
        cast(null as integer) as n,
        value,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high,
        'published' as origin,
        source_document,
        source_chapter
    from {{ ref('published_figures') }}
),

united as (
    select * from computed
    union all
    select * from published
)

select
    measure,
    house,
    segment,
    cast(year as integer) as year,
    origin,
    agreement,
    n,
    cast(value as double) as value,
    ci_low,
    ci_high,
    source_document,
    source_chapter
from united
