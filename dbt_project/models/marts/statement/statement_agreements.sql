select
    agreements.agreement,
    agreements.label_da as label,
    agreements.kind,
    agreements.house,
    agreements.valid_from,
    agreements.valid_to,
    agreements.source_document,
    spread.goal_number as spread_goal_number,
    spread.goal_text as spread_goal_text,
    coalesce(spread.is_invited_to_dialogue, false) as invites_to_dialogue,
    spread.source_chapter as spread_chapter
from {{ ref('agreements') }} as agreements
left join {{ ref('spread_goals') }} as spread on agreements.agreement = spread.agreement
