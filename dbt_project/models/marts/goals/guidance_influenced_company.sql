-- No delivery holds this question: a manual result, else the figure the document printed (contract 2019, goal 2).
with goals as (
    select * from {{ ref('int_goal_targets') }} where measure = 'guidance_influenced_company'
),

results as (
    select * from {{ ref('int_manual_figures') }} where measure = 'guidance_influenced_company'
),

published as (
    select * from {{ ref('published_figures') }} where measure = 'guidance_influenced_company'
)

select
    goals.agreement,
    goals.measure,
    goals.house,
    goals.segment,
    goals.goal_year,
    {{ figure_without_rows('coalesce(results.result_value, published.value)') }}
from goals
left join results
    on goals.agreement = results.agreement and goals.house = results.house and goals.goal_year = results.result_year
left join published
    on goals.house = published.house and goals.segment = published.segment and goals.goal_year = published.year
where coalesce(results.result_value, published.value) is not null
