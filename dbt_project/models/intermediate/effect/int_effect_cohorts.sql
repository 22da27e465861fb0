-- The end years whose outcome can be known: accounts of the outcome year are complete, and there are accounts for the
-- year before it ended at the least. An outcome year after the report year belongs to a later report.
with settings as (
    select * from {{ ref('int_effect_settings') }}
),

years as (
    select
        account_year,
        count(*) as companies
    from {{ ref('int_effect_accounts') }}
    where revenue_tkr is not null and full_time_equivalents is not null
    group by account_year
),

compared as (
    select
        account_year,
        companies,
        lag(companies) over (order by account_year) as companies_before,
        min(account_year) over () as first_account_year
    from years
)

select
    cast(compared.account_year - settings.outcome_offset_years as integer) as end_year,
    cast(compared.account_year as integer) as goal_year
from compared
cross join settings
where
    compared.companies >= settings.complete_year_share * coalesce(compared.companies_before, 0)
    and compared.account_year - settings.outcome_offset_years - 1 >= compared.first_account_year
    and compared.account_year <= (select report_year from {{ source('landing', 'run_context') }})
