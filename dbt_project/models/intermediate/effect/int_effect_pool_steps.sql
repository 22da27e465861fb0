-- How many companies left the pool where, nationally. A company stands once for every baseline year that guided companies
-- of the cohort have.
with cells as (
    select baseline_year, end_year, 'vaekst' as segment
    from {{ ref('int_effect_cells') }}
    where treated_vaekst > 0
    union all
    select baseline_year, end_year, 'drift' as segment
    from {{ ref('int_effect_cells') }}
    where treated_drift > 0
),

without_baseline as (
    select
        baseline_year,
        left_because,
        count(*) as companies
    from {{ ref('int_effect_baselines') }}
    where left_because is not null
    group by baseline_year, left_because
),

matched as (
    select distinct
        case match_group when 'vaekst' then 'vaekst' else 'drift' end as segment,
        end_year,
        control_id
    from {{ ref('int_effect_pairs') }}
    inner join {{ ref('int_effect_settings') }} as settings on rank <= settings.neighbours
    where caliper_factor = 1 and match_group in ('vaekst', 'drift_survivors')
),

followed as (
    select
        cells.segment,
        cells.end_year,
        case
            when pool.left_because is not null then pool.left_because
            when cells.segment = 'drift' and pool.productivity_growth is null then 'not_measurable'
            when matched.control_id is null then 'not_among_nearest'
        end as left_because
    from {{ ref('int_effect_pool') }} as pool
    inner join cells on pool.baseline_year = cells.baseline_year and pool.end_year = cells.end_year
    left join matched
        on
            cells.segment = matched.segment
            and cells.end_year = matched.end_year
            and pool.unit_id = matched.control_id
),

united as (
    select
        cells.segment,
        cells.end_year,
        without_baseline.left_because,
        without_baseline.companies
    from without_baseline
    inner join cells on without_baseline.baseline_year = cells.baseline_year
    union all
    select
        segment,
        end_year,
        left_because,
        1 as companies
    from followed
)

select
    segment,
    end_year,
    coalesce(left_because, 'matched') as reason,
    cast(sum(companies) as integer) as companies
from united
group by segment, end_year, coalesce(left_because, 'matched')
