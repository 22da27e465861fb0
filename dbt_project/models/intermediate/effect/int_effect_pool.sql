-- Companies to compare with: active with register figures in the baseline year, of the same legal forms, and never on any
-- course of any house up to the outcome year. A company that has closed cannot end a course, and one that closes during a
-- course ends it early: so both arms must have been active when the end year ended, and closures count from then on.
with settings as (
    select * from {{ ref('int_effect_settings') }}
),

cells as (
    select * from {{ ref('int_effect_cells') }}
),

baselines as (
    select * from {{ ref('int_effect_baselines') }} where left_because is null
),

legal_forms as (
    select distinct end_year, legal_form_code from {{ ref('int_effect_treated') }} where left_because is null
),

outcomes as (
    select cvr, account_year, revenue_tkr, full_time_equivalents from {{ ref('int_effect_accounts') }}
)

select
    {{ effect_unit_id('baselines.place', 'baselines.baseline_year') }} as unit_id,
    baselines.cvr,
    baselines.lot,
    baselines.baseline_year,
    cells.end_year,
    cells.goal_year,
    cells.treated_vaekst,
    cells.treated_drift,
    {{ effect_covariates('baselines') }},
    {{ effect_outcomes('baselines', 'outcomes', 'cells.outcome_on', 'settings') }},
    case
        when legal_forms.legal_form_code is null then 'other_legal_form'
        when guided.first_guided_on <= cells.outcome_on then 'guided'
        when settings.active_when_end_year_ended and baselines.ceased_on <= cells.end_year_on
            then 'closed_by_end_year'
        when not {{ effect_outcome_known('baselines', 'outcomes', 'cells.outcome_on') }} then 'no_outcome_accounts'
    end as left_because
from baselines
cross join settings
inner join cells on baselines.baseline_year = cells.baseline_year
left join legal_forms
    on cells.end_year = legal_forms.end_year and baselines.legal_form_code = legal_forms.legal_form_code
left join {{ ref('int_effect_first_guided') }} as guided on baselines.cvr = guided.cvr
left join outcomes on baselines.cvr = outcomes.cvr and cells.goal_year = outcomes.account_year
