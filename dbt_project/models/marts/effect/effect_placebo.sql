-- Growth before the guidance, over years that the matching does not use: nothing should be found.
select
    measure,
    case match_group when 'vaekst' then 'vaekst' else 'drift' end as segment,
    house,
    goal_year,
    scope,
    n_treated,
    round(att, 9) as att,
    round(ci_low, 9) as ci_low,
    round(ci_high, 9) as ci_high,
    ci_low <= 0 and ci_high >= 0 as holds_zero
from {{ ref('int_effect_figures') }}
where definition = 'placebo' and att is not null
