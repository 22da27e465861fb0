-- The years a report looks at in detail: from the first year of the framework agreement in force to the report year. A
-- report year that no agreement covers stands alone.
with run as (
    select report_year from {{ source('landing', 'run_context') }}
),

in_force as (
    select max({{ year_of('agreements.valid_from') }}) as first_year
    from {{ ref('agreements') }} as agreements
    inner join run
        on run.report_year between {{ year_of('agreements.valid_from') }} and {{ year_of('agreements.valid_to') }}
    where agreements.kind = 'agreement'
)

select distinct calendar.calendar_year as report_year
from {{ ref('int_calendar') }} as calendar
cross join run
cross join in_force
where calendar.calendar_year between coalesce(in_force.first_year, run.report_year) and run.report_year
