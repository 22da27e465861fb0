-- From five years before the first agreement (accounts before the guidance) to the end of the last one.
with span as (
    select
        min(valid_from) as first_valid_on,
        max(valid_to) as last_valid_on
    from {{ ref('agreements') }}
),

bounds as (
    select
        {{ dbt.dateadd('year', -5, 'first_valid_on') }} as first_date,
        last_valid_on as last_date
    from span
),

days as (
    {{ days_between('(select cast(first_date as date) from bounds)', '(select last_date from bounds)') }}
)

select
    calendar_date,
    {{ year_of('calendar_date') }} as calendar_year
from days
