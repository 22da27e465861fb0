-- The units that estimates are made of: every guided company, and the controls and their neighbours in use.
with pairs as (
    select distinct match_group, end_year, control_id, neighbour_id from {{ ref('int_effect_pairs') }}
),

used as (
    select match_group, end_year, control_id as unit_id from pairs
    union
    select match_group, end_year, neighbour_id from pairs where neighbour_id is not null
)

select units.*
from {{ ref('int_effect_units') }} as units
left join used
    on
        units.match_group = used.match_group
        and units.end_year = used.end_year
        and units.unit_id = used.unit_id
where units.is_treated or used.unit_id is not null
