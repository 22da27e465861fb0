-- Of fewer companies than anything is published of, the number only.
with settings as (
    select balance_good, balance_blocks, minimum_treated_at_all from {{ ref('int_effect_settings') }}
),

balance as (
    select
        figures.match_group,
        figures.house,
        figures.goal_year,
        figures.scope,
        figures.covariate,
        figures.n_treated,
        case when figures.n_treated >= settings.minimum_treated_at_all then figures.smd_before end as smd_before,
        case when figures.n_treated >= settings.minimum_treated_at_all then figures.smd_after end as smd_after,
        case when figures.n_treated >= settings.minimum_treated_at_all then figures.variance_ratio end as variance_ratio
    from {{ ref('int_effect_balance') }} as figures
    cross join settings
)

select
    balance.match_group,
    case balance.match_group when 'vaekst' then 'vaekst' else 'drift' end as segment,
    balance.house,
    balance.goal_year,
    balance.scope,
    balance.covariate,
    labels.label_da as covariate_da,
    balance.n_treated,
    round(balance.smd_before, 9) as smd_before,
    round(balance.smd_after, 9) as smd_after,
    round(balance.variance_ratio, 9) as variance_ratio,
    case
        when balance.smd_after is null then null
        when abs(balance.smd_after) < settings.balance_good then 'good'
        when abs(balance.smd_after) <= settings.balance_blocks then 'acceptable'
        else 'blocks'
    end as assessment
from balance
cross join settings
left join {{ ref('effect_labels') }} as labels on labels.kind = 'covariate' and balance.covariate = labels.code
