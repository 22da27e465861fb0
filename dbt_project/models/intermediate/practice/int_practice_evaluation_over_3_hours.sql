-- "Hvis vejledningen har en varighed af mere end 3 timer, udtages virksomheden altid til brugerevaluering" (ch. 9).
-- Courses of every type, checked from the 31st day after they ended.
with checked as (
    select
        *,
        is_sent_to_evaluation as is_passed,
        {{ danish_number('hours') }} || ' timer; sluttede den ' || {{ danish_date('ended_on') }} as found_value
    from {{ ref('int_practice_courses') }}
    where hours > 3 and {{ dbt.datediff('ended_on', 'today', 'day') }} > 30
)

select {{ practice_check('evaluation_over_3_hours') }}
from checked
