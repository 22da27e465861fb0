-- The combinations of baseline and end year that guided companies have: a control stands in for one of each.
with treated as (
    select * from {{ ref('int_effect_treated') }} where left_because is null
)

select
    baseline_year,
    end_year,
    goal_year,
    cast(count(*) filter (where segment = 'vaekst') as integer) as treated_vaekst,
    cast(count(*) filter (where segment = 'drift') as integer) as treated_drift,
    {{ last_day_of('end_year') }} as end_year_on,
    {{ last_day_of('goal_year') }} as outcome_on
from treated
group by baseline_year, end_year, goal_year
