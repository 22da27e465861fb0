-- Each company's first guidance, once its outcome can be known: whether it is eligible, and how it went.
-- A company enters once; later guidance, also by another house, is part of what the first one led to.
with settings as (
    select * from {{ ref('int_effect_settings') }}
),

guidances as (
    select
        guidances.*,
        {{ last_day_of('guidances.end_year') }} as end_year_on,
        {{ last_day_of('guidances.goal_year') }} as outcome_on
    from {{ ref('int_effect_guidances') }} as guidances
    inner join {{ ref('int_effect_cohorts') }} as cohorts on guidances.end_year = cohorts.end_year
    where guidances.guidance_number = 1
),

companies as (
    select * from {{ ref('stg_register__companies') }} where not is_withdrawn
),

baselines as (
    select * from {{ ref('int_effect_baselines') }}
),

outcomes as (
    select cvr, account_year, revenue_tkr, full_time_equivalents from {{ ref('int_effect_accounts') }}
),

followed as (
    select
        guidances.cvr,
        companies.place,
        baselines.lot,
        guidances.segment,
        guidances.baseline_year,
        guidances.end_year,
        guidances.goal_year,
        baselines.legal_form_code,
        {{ effect_covariates('baselines') }},
        {{ effect_outcomes('baselines', 'outcomes', 'guidances.outcome_on', 'settings') }},
        case
            when guidances.segment is null then 'no_segment'
            when companies.cvr is null then 'not_in_register'
            when companies.started_on is null then 'start_unknown'
            when baselines.cvr is null then 'not_active_at_baseline'
            when baselines.left_because is not null then baselines.left_because
            when settings.active_when_end_year_ended and baselines.ceased_on <= guidances.end_year_on
                then 'closed_in_end_year'
            when not {{ effect_outcome_known('baselines', 'outcomes', 'guidances.outcome_on') }} then 'no_outcome_accounts'
        end as left_because
    from guidances
    cross join settings
    left join companies on guidances.cvr = companies.cvr
    left join baselines on guidances.cvr = baselines.cvr and guidances.baseline_year = baselines.baseline_year
    left join outcomes on guidances.cvr = outcomes.cvr and guidances.goal_year = outcomes.account_year
)

select
    coalesce({{ effect_unit_id('place', 'baseline_year') }}, cvr || '-' || baseline_year) as unit_id,
    followed.*
from followed
