-- Only around figures that may be shown: the grid holds the headline itself.
with settings as (
    select neighbours from {{ ref('int_effect_settings') }}
)

select
    figures.measure,
    case figures.match_group when 'vaekst' then 'vaekst' else 'drift' end as segment,
    figures.house,
    figures.goal_year,
    figures.scope,
    figures.definition,
    labels.label_da as definition_da,
    figures.neighbours,
    figures.caliper_factor,
    figures.n_treated,
    round(figures.att, 9) as att,
    round(figures.ci_low, 9) as ci_low,
    round(figures.ci_high, 9) as ci_high,
    figures.definition = 'winsorised_5_95' and figures.caliper_factor = 1
    and figures.neighbours = settings.neighbours as is_headline
from {{ ref('int_effect_figures') }} as figures
cross join settings
inner join {{ ref('effect_labels') }} as labels on labels.kind = 'definition' and figures.definition = labels.code
inner join {{ ref('int_effect_checked') }} as checked
    on
        figures.measure = checked.measure
        and figures.house = checked.house
        and figures.goal_year = checked.goal_year
        and figures.scope = checked.scope
where figures.att is not null and checked.is_publishable
