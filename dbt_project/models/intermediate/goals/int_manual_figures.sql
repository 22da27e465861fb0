-- Manual results that are a number; the rest are words and stand in the contract results only. A share outside 0 to
-- 100 per cent is a slip of the pen, and no figure either.
with results as (
    select
        results.*,
        {{ number_in_text('results.result_text') }} as result_value,
        measures.unit
    from {{ ref('stg_manuel__manual_results') }} as results
    left join {{ ref('measures') }} as measures on results.goal = measures.measure
    where not results.is_withdrawn
)

select
    agreement,
    goal as measure,
    house,
    result_year,
    result_value
from results
where result_value is not null and (unit is null or unit <> 'per cent' or result_value between 0 and 100)
