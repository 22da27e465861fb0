-- No later than 14 days after the first activity (chosen limit). Unknown without an activity or a day of creation.
-- What was created too late stays so.
-- What was created too late stays so.
with checked as (
    select
        *,
        {{ dbt.datediff('first_activity_on', 'created_on', 'day') }} <= 14 as is_passed,
        'oprettet ' || cast({{ dbt.datediff('first_activity_on', 'created_on', 'day') }} as varchar)
        || ' dage efter første aktivitet den ' || {{ danish_date('first_activity_on') }} as found_value
    from {{ ref('int_practice_courses') }}
    where first_activity_on is not null and created_on is not null
)

select {{ practice_check('registered_in_time', is_correctable='false') }}
from checked
