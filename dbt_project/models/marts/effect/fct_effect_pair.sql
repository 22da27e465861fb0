with settings as (
    select neighbours from {{ ref('int_effect_settings') }}
),

pairs as (
    select pairs.*
    from {{ ref('int_effect_pairs') }} as pairs
    inner join settings on pairs.rank <= settings.neighbours
    where pairs.caliper_factor = 1
),

units as (
    select match_group, end_year, goal_year, baseline_year, unit_id, cvr, stratum_level
    from {{ ref('int_effect_matched_units') }}
)

select
    pairs.match_group,
    case pairs.match_group when 'vaekst' then 'vaekst' else 'drift' end as segment,
    pairs.end_year,
    treated.goal_year,
    treated.baseline_year,
    treated.cvr as treated_cvr,
    control.cvr as control_cvr,
    pairs.rank as nearness,
    pairs.distance,
    cast(treated.stratum_level as integer) as stratum_level
from pairs
inner join units as treated
    on
        pairs.match_group = treated.match_group
        and pairs.end_year = treated.end_year
        and pairs.treated_id = treated.unit_id
inner join units as control
    on
        pairs.match_group = control.match_group
        and pairs.end_year = control.end_year
        and pairs.control_id = control.unit_id
