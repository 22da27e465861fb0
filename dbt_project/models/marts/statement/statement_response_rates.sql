-- Courses without a registered segment or a readable house count in the totals, so that they stand on rows of their own:
-- then the parts add up, and what the totals give away is known.
with rates as (
    select house, segment, year, evaluations_sent, evaluations_answered
    from {{ ref('evaluation_response_rate') }}
),

signed as (
    select house, segment, year, evaluations_sent, evaluations_answered from rates
    union all
    select
        house,
        'other' as segment,
        year,
        case segment when 'all' then evaluations_sent else -evaluations_sent end as evaluations_sent,
        case segment when 'all' then evaluations_answered else -evaluations_answered end as evaluations_answered
    from rates
),

in_segments as (
    select
        house,
        segment,
        year,
        sum(evaluations_sent) as evaluations_sent,
        sum(evaluations_answered) as evaluations_answered
    from signed
    group by house, segment, year
),

in_houses as (
    select house, segment, year, evaluations_sent, evaluations_answered from in_segments
    union all
    select
        'ukendt' as house,
        segment,
        year,
        sum(case house when 'danmark' then evaluations_sent else -evaluations_sent end) as evaluations_sent,
        sum(case house when 'danmark' then evaluations_answered else -evaluations_answered end) as evaluations_answered
    from in_segments
    group by segment, year
)

select
    house,
    segment,
    year,
    cast(evaluations_sent as integer) as evaluations_sent,
    cast(evaluations_answered as integer) as evaluations_answered,
    100.0 * evaluations_answered / nullif(evaluations_sent, 0) as response_rate
from in_houses
where evaluations_sent > 0
