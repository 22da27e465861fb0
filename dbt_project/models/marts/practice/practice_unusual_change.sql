-- Median and MAD of the house's own earlier weeks, with their season taken out. A fall of registrations has a narrower
-- limit than everything else: a fall of 40 % must be found, and other changes are rarely worth a message.
{% set shown_weeks, level_weeks, spread_weeks, least_weeks = 104, 52, 104, 26 -%}
with run as (
    select today from {{ source('landing', 'run_context') }}
),

series as (
    select *, value / nullif(season, 0) as level_value from {{ ref('int_practice_week_series') }}
),

history as (
    select
        now.house,
        now.series,
        now.weeks_ago,
        earlier.weeks_ago - now.weeks_ago as weeks_back,
        earlier.level_value
    from series as now
    inner join series as earlier
        on
            now.house = earlier.house
            and now.series = earlier.series
            and earlier.weeks_ago between now.weeks_ago + 1 and now.weeks_ago + {{ spread_weeks }}
    where now.weeks_ago < {{ shown_weeks }} and earlier.level_value is not null
),

levels as (
    select
        house,
        series,
        weeks_ago,
        median(case when weeks_back <= {{ level_weeks }} then level_value end) as level
    from history
    group by house, series, weeks_ago
    having count(*) >= {{ least_weeks }}
),

spreads as (
    select
        history.house,
        history.series,
        history.weeks_ago,
        -- 1.4826 makes the MAD of normal values their standard deviation.
        1.4826 * median(abs(history.level_value - levels.level)) as spread
    from history
    inner join levels
        on
            history.house = levels.house
            and history.series = levels.series
            and history.weeks_ago = levels.weeks_ago
    group by history.house, history.series, history.weeks_ago
),

expected as (
    select
        series.house,
        series.series,
        series.is_share,
        series.weeks_ago,
        series.n,
        series.value as observed,
        levels.level * series.season as expected,
        spreads.spread * series.season as historical_spread,
        -- What chance alone gives: of a count (Poisson), of a share (binomial, in per cent).
        case
            when series.is_share then sqrt(greatest(levels.level * (100 - levels.level), 0) / nullif(series.n, 0))
            else sqrt(levels.level * series.season)
        end as chance_spread,
        case
            when series.is_share then least(levels.level, 100 - levels.level) * series.n / 100 >= 5
            else levels.level * series.season >= 10
        end as has_enough,
        case when series.series = 'registrations' then 1.5 else 4 end as steps_down,
        4 as steps_up
    from series
    inner join levels
        on series.house = levels.house and series.series = levels.series and series.weeks_ago = levels.weeks_ago
    inner join spreads
        on series.house = spreads.house and series.series = spreads.series and series.weeks_ago = spreads.weeks_ago
    where series.weeks_ago < {{ shown_weeks }}
),

ranges as (
    select
        *,
        case when has_enough then greatest(expected - steps_down * greatest(historical_spread, chance_spread), 0) end
            as low,
        case
            when has_enough and is_share
                then least(expected + steps_up * greatest(historical_spread, chance_spread), 100)
            when has_enough then expected + steps_up * greatest(historical_spread, chance_spread)
        end as high
    from expected
)

select
    ranges.house,
    ranges.series,
    cast({{ dbt.dateadd('day', '-7 * ranges.weeks_ago', 'run.today') }} as date) as week,
    ranges.observed,
    round(ranges.expected, 9) as expected,
    round(ranges.low, 9) as low,
    round(ranges.high, 9) as high,
    coalesce(ranges.observed < ranges.low or ranges.observed > ranges.high, false) as is_unusual,
    cast(ranges.n as integer) as n
from ranges
cross join run
