-- Guided companies and pool, once per group that is matched by itself: the growth segment, the operating segment, and of
-- the operating segment those that productivity can be measured for.
-- A view: nearly the same pool serves all three, so a table would hold everything in int_effect_pool twice over.
{{ config(materialized='view') }}
with treated as (
    select * from {{ ref('int_effect_treated') }} where left_because is null
),

pool as (
    select * from {{ ref('int_effect_pool') }} where left_because is null
),

match_groups as (
    select 'vaekst' as match_group, 'vaekst' as segment, false as survivors_only
    union all
    select 'drift', 'drift', false
    union all
    select 'drift_survivors', 'drift', true
),

united as (
    select
        match_groups.match_group,
        true as is_treated,
        {{ effect_unit_columns('treated') }}
    from treated
    inner join match_groups on treated.segment = match_groups.segment
    where not match_groups.survivors_only or treated.productivity_growth is not null
    union all
    select
        match_groups.match_group,
        false as is_treated,
        {{ effect_unit_columns('pool') }}
    from pool
    inner join match_groups
        on case match_groups.segment when 'vaekst' then pool.treated_vaekst else pool.treated_drift end > 0
    where not match_groups.survivors_only or pool.productivity_growth is not null
)

select * from united
