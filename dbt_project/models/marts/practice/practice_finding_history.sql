-- A finding is open while the run finds it, and closed by the first run that does not. One that was closed by a run of
-- this same day was never closed: deliveries corrected within the day leave no trace.
with run as (
    select today from {{ source('landing', 'run_context') }}
),

found as (
    select * from {{ ref('int_practice_checks') }} where not is_passed
),

earlier as (
    select history.*, run.today, coalesce(history.closed_on >= run.today, true) as is_continued
    from {{ ref('stg_history__findings') }} as history
    cross join run
    -- A run of an older day knows nothing of what was found after it.
    where history.first_seen <= run.today and history.last_seen <= run.today
),

open_findings as (
    select
        found.house,
        found.rule,
        found.entity,
        found.record_id,
        found.found_value,
        found.is_correctable,
        coalesce(earlier.first_seen, run.today) as first_seen,
        run.today as last_seen,
        cast(null as date) as closed_on
    from found
    cross join run
    left join earlier
        on
            found.rule = earlier.rule
            and found.entity = earlier.entity
            and found.record_id = earlier.record_id
            and earlier.is_continued
),

closed_findings as (
    select
        earlier.house,
        earlier.rule,
        earlier.entity,
        earlier.record_id,
        earlier.found_value,
        cast(null as boolean) as is_correctable,
        earlier.first_seen,
        earlier.last_seen,
        coalesce(earlier.closed_on, earlier.today) as closed_on
    from earlier
    left join found
        on
            earlier.rule = found.rule
            and earlier.entity = found.entity
            and earlier.record_id = found.record_id
            and earlier.is_continued
    where found.record_id is null
)

select * from open_findings
union all
select * from closed_findings
