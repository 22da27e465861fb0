-- Every series of a house from its first whole period to the newest, with zero where nothing was counted, and each
-- period's season: how the same weeks of up to five earlier years lay against the 52 weeks before them.
with counts as (
    select
        *,
        series like '%share%' or series = 'response_rate' as is_share
    from {{ ref('int_practice_week_counts') }}
),

-- The oldest period is seldom whole.
series_spans as (
    select house, series, is_share, max(weeks_ago) - 1 as oldest
    from counts
    group by house, series, is_share
),

periods as (
    select distinct weeks_ago from counts
),

observed as (
    select
        series_spans.house,
        series_spans.series,
        series_spans.is_share,
        periods.weeks_ago,
        coalesce(counts.n, 0) as n,
        case
            when series_spans.is_share then 100.0 * cast(counts.counted as double) / counts.n
            else cast(coalesce(counts.counted, 0) as double)
        end as value
    from series_spans
    inner join periods on series_spans.oldest >= periods.weeks_ago
    left join counts
        on
            series_spans.house = counts.house
            and series_spans.series = counts.series
            and periods.weeks_ago = counts.weeks_ago
),

trends as (
    select
        now.house,
        now.series,
        now.weeks_ago,
        now.value / nullif(median(earlier.value), 0) as ratio
    from observed as now
    inner join observed as earlier
        on
            now.house = earlier.house
            and now.series = earlier.series
            and earlier.weeks_ago between now.weeks_ago + 1 and now.weeks_ago + 52
    -- A share of a single week rests on too few courses for a season to be seen in it.
    where not now.is_share
    group by now.house, now.series, now.weeks_ago, now.value
    having count(*) >= 26
),

years_back as (
    select 1 as years
    union all
    select 2
    union all
    select 3
    union all
    select 4
    union all
    select 5
),

seasons as (
    select
        observed.house,
        observed.series,
        observed.weeks_ago,
        -- Few earlier years say little: the season is drawn towards none, as if twenty weeks without one had been seen.
        1 + (median(trends.ratio) - 1) * count(*) / (count(*) + 20) as season
    from observed
    cross join years_back
    inner join trends
        on
            observed.house = trends.house
            and observed.series = trends.series
            and trends.weeks_ago between observed.weeks_ago + 52 * years_back.years - 1
            and observed.weeks_ago + 52 * years_back.years + 1
    group by observed.house, observed.series, observed.weeks_ago
)

select
    observed.house,
    observed.series,
    observed.is_share,
    observed.weeks_ago,
    observed.n,
    observed.value,
    coalesce(seasons.season, 1) as season
from observed
left join seasons
    on
        observed.house = seasons.house
        and observed.series = seasons.series
        and observed.weeks_ago = seasons.weeks_ago
