-- A separate survey (contract 2021, goal 5): the figure is delivered as a manual result.
with goals as (
    select * from {{ ref('int_goal_targets') }} where measure = 'crisis_guidance_effect'
),

results as (
    select * from {{ ref('int_manual_figures') }} where measure = 'crisis_guidance_effect'
)

select
    goals.agreement,
    goals.measure,
    goals.house,
    goals.segment,
    goals.goal_year,
    {{ figure_without_rows('results.result_value') }}
from goals
inner join results
    on goals.agreement = results.agreement and goals.house = results.house and goals.goal_year = results.result_year
