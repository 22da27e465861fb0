-- Accounts as numbers to calculate with, one row per company and year.
{{ config(materialized='view') }}
select
    cvr,
    account_year,
    cast(revenue_tkr as double) as revenue_tkr,
    cast(full_time_equivalents as double) as full_time_equivalents,
    lot
from {{ ref('stg_register__accounts') }}
where not is_withdrawn
