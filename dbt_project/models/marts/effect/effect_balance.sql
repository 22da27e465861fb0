with settings as (
    select balance_good, balance_blocks from {{ ref('int_effect_settings') }}
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
from {{ ref('int_effect_balance') }} as balance
cross join settings
left join {{ ref('effect_labels') }} as labels on labels.kind = 'covariate' and balance.covariate = labels.code
