-- Manual results that are a number; the rest are words and stand in the contract results only.
with results as (
    select
        *,
        {{ number_in_text('result_text') }} as result_value
    from {{ ref('stg_manuel__manual_results') }}
    where not is_withdrawn
)

select
    agreement,
    goal as measure,
    house,
    result_year,
    result_value
from results
where result_value is not null
