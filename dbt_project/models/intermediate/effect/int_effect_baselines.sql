-- Companies as they stood at the end of a baseline year: what they are matched on, for guided companies and pool alike.
with settings as (
    select * from {{ ref('int_effect_settings') }}
),

accounts as (
    select * from {{ ref('int_effect_accounts') }}
),

baseline_years as (
    select distinct
        guidances.baseline_year,
        {{ last_day_of('guidances.baseline_year') }} as baseline_on
    from {{ ref('int_effect_guidances') }} as guidances
    inner join {{ ref('int_effect_cohorts') }} as cohorts on guidances.end_year = cohorts.end_year
    where guidances.guidance_number = 1
),

companies as (
    select * from {{ ref('stg_register__companies') }} where not is_withdrawn
),

regions as (
    select
        municipalities.kommunekode,
        region_periods.region,
        region_periods.valid_from,
        region_periods.valid_to
    from {{ ref('municipalities') }} as municipalities
    inner join {{ ref('region_periods') }} as region_periods on municipalities.region = region_periods.region_in_2026
),

active as (
    select
        companies.cvr,
        companies.place,
        companies.legal_form_code,
        companies.ceased_on,
        companies.industry_code,
        companies.municipality_code,
        baseline_years.baseline_year,
        baseline_years.baseline_on,
        {{ dbt.datediff('companies.started_on', 'baseline_years.baseline_on', 'day') }} / 365.25 as age_years
    from companies
    inner join baseline_years
        on
            companies.started_on <= baseline_years.baseline_on
            and (companies.ceased_on is null or companies.ceased_on > baseline_years.baseline_on)
),

described as (
    select
        active.cvr,
        active.place,
        active.baseline_year,
        active.legal_form_code,
        active.ceased_on,
        accounts.revenue_tkr,
        accounts.full_time_equivalents,
        accounts.lot,
        two_before.revenue_tkr as revenue_two_before,
        two_before.full_time_equivalents as full_time_equivalents_two_before,
        four_before.revenue_tkr as revenue_four_before,
        four_before.full_time_equivalents as full_time_equivalents_four_before,
        coalesce(industry_groups.industry_group, 0) as industry_group,
        coalesce(regions.region, 'unknown') as region,
        active.age_years,
        case
            when accounts.revenue_tkr is null or accounts.full_time_equivalents is null then 'no_baseline_accounts'
            when
                accounts.revenue_tkr < settings.revenue_floor_tkr
                or accounts.full_time_equivalents < settings.full_time_equivalents_floor
                then 'below_floor'
        end as left_because,
        active.age_years < settings.startup_years as is_startup
    from active
    cross join settings
    left join accounts on active.cvr = accounts.cvr and active.baseline_year = accounts.account_year
    left join accounts as two_before
        on active.cvr = two_before.cvr and active.baseline_year - 2 = two_before.account_year
    left join accounts as four_before
        on active.cvr = four_before.cvr and active.baseline_year - 4 = four_before.account_year
    left join {{ ref('industry_groups') }} as industry_groups
        on substr(active.industry_code, 1, 2) = industry_groups.division
    left join regions
        on
            active.municipality_code = regions.kommunekode
            and active.baseline_on between regions.valid_from and regions.valid_to
)

select
    cvr,
    place,
    lot,
    baseline_year,
    legal_form_code,
    ceased_on,
    revenue_tkr,
    full_time_equivalents,
    revenue_two_before,
    full_time_equivalents_two_before,
    revenue_four_before,
    full_time_equivalents_four_before,
    industry_group,
    region,
    {{ effect_size_class('full_time_equivalents') }} as size_class,
    is_startup,
    coalesce(revenue_two_before, 0) <= 0 as is_growth_unknown,
    case when left_because is null then ln(revenue_tkr) end as log_revenue,
    case when left_because is null then ln(1 + full_time_equivalents) end as log_full_time_equivalents,
    case when left_because is null then ln(revenue_tkr / full_time_equivalents) end as log_productivity,
    case
        when left_because is null and revenue_two_before > 0 then ln(revenue_tkr / revenue_two_before) else 0
    end as prior_growth,
    ln(1 + age_years) as log_age,
    left_because
from described
