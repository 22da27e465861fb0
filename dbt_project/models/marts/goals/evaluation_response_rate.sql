-- Beside every evaluation figure: how many of those sent were answered.
select
    house,
    segment,
    cast(evaluation_year as integer) as year,
    cast(count(distinct course_id) as integer) as courses,
    cast(count(distinct case when left_because is null or left_because <> 'not_sent' then evaluation_id end) as integer)
        as evaluations_sent,
    cast(
        count(distinct case when left_because is null or left_because = 'superseded' then evaluation_id end) as integer
    ) as evaluations_answered,
    100.0 * count(distinct case when left_because is null or left_because = 'superseded' then evaluation_id end)
    / nullif(count(distinct evaluation_id), 0) as response_rate
from {{ ref('int_evaluation_units') }}
where theme = 'all'
group by house, segment, evaluation_year
