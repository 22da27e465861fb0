-- Manual results in the words of the documents. Who assessed them is a person's affair and is not published.
-- One about an agreement that nobody knows, or without result and assessment, says nothing that can be published;
-- contract_results keeps it.
with manual as (
    select * from {{ ref('contract_results') }}
    where
        origin = 'manual'
        and year <= (select report_year from {{ source('landing', 'run_context') }})
        and agreement in (select agreement from {{ ref('agreements') }})
        and (result_text is not null or assessment is not null)
)

select
    manual.agreement,
    manual.house,
    manual.year,
    coalesce(manual.goal_number, goals.goal_number) as goal_number,
    manual.goal,
    coalesce(
        goals.label_da,
        measures.label_da,
        upper(left(manual.goal, 1)) || replace(substring(manual.goal, 2), '_', ' ')
    ) as label,
    coalesce(goals.description_da, texts.goal_text) as description,
    manual.result_value,
    measures.unit,
    manual.result_text,
    manual.assessment,
    manual.comment_da as comment,
    manual.assessed_on,
    manual.target,
    manual.status
from manual
left join {{ ref('manual_goals') }} as goals on manual.agreement = goals.agreement and manual.goal = goals.goal
left join {{ ref('measures') }} as measures on manual.goal = measures.measure
left join {{ ref('goal_texts') }} as texts on manual.agreement = texts.agreement and manual.goal = texts.measure
