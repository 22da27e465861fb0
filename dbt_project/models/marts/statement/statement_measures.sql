-- A contract that carries a national goal without words of its own is quoted with those of the framework agreement.
with quoted as (
    select
        asked.agreement,
        asked.measure,
        coalesce(own.agreement, national.agreement) as quoted_agreement
    from {{ ref('agreement_measures') }} as asked
    left join {{ ref('goal_texts') }} as own
        on asked.agreement = own.agreement and asked.measure = own.measure
    left join {{ ref('goal_texts') }} as national
        on asked.target_agreement = national.agreement and asked.measure = national.measure
)

select
    asked.agreement,
    asked.measure,
    asked.goal_number,
    texts.goal_title,
    measures.label_da as label,
    measures.unit,
    asked.segment_scope,
    asked.comparison,
    measures.definition_da as definition,
    cast(asked.evaluation_year_offset as integer) as evaluation_year_offset,
    texts.goal_text,
    texts.source_document as goal_text_document,
    texts.source_chapter as goal_text_chapter,
    asked.source_document,
    asked.source_chapter
from {{ ref('agreement_measures') }} as asked
inner join {{ ref('measures') }} as measures on asked.measure = measures.measure
inner join quoted on asked.agreement = quoted.agreement and asked.measure = quoted.measure
left join {{ ref('goal_texts') }} as texts
    on quoted.quoted_agreement = texts.agreement and asked.measure = texts.measure
