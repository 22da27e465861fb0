select
    calendar_date as date_day,
    calendar_year as year,
    cast(extract(quarter from calendar_date) as integer) as quarter,
    cast(extract(month from calendar_date) as integer) as month,
    cast(extract(day from calendar_date) as integer) as day_of_month,
    cast(extract(week from calendar_date) as integer) as iso_week
from {{ ref('int_calendar') }}
