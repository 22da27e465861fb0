-- Of fewer companies than anything is published of, the number only: a share of one company is that company.
with settings as (
    select minimum_treated_at_all from {{ ref('int_effect_settings') }}
),

compared as (
    select
        match_group as segment,
        house,
        goal_year,
        scope,
        n_treated as n,
        treated_mean as survived_share,
        control_mean as control_survived_share,
        att as difference,
        ci_low,
        ci_high
    from {{ ref('int_effect_figures') }}
    where definition = 'survival' and att is not null
),

early_warning as (
    select
        'early_warning' as segment,
        house,
        goal_year,
        'cohort' as scope,
        cast(count(*) as integer) as n,
        case
            when count(*) >= max(settings.minimum_treated_at_all)
                then 100.0 * count(*) filter (where has_survived) / count(*)
        end as survived_share,
        cast(null as double) as control_survived_share,
        cast(null as double) as difference,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high
    from {{ ref('int_effect_early_warning') }}
    cross join settings
    group by house, goal_year
),

united as (
    select * from compared
    union all
    select * from early_warning
)

select
    segment,
    house,
    goal_year,
    scope,
    n,
    cast(round(survived_share, 9) as double) as survived_share,
    round(control_survived_share, 9) as control_survived_share,
    round(difference, 9) as difference,
    round(ci_low, 9) as ci_low,
    round(ci_high, 9) as ci_high
from united
