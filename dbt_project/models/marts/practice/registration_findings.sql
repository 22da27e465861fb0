-- Newest period of every record: the open one, else the one that was closed last.
with ranked as (
    select
        *,
        row_number() over (partition by rule, entity, record_id order by last_seen desc, first_seen desc) as recency
    from {{ ref('practice_finding_history') }}
)

select
    ranked.house,
    ranked.rule,
    ranked.entity,
    ranked.record_id,
    ranked.found_value,
    rules.what_da || ' '
    || case when not ranked.is_correctable then coalesce(rules.next_time_da, rules.remedy_da) else rules.remedy_da end
        as explanation,
    ranked.first_seen,
    ranked.last_seen
from ranked
inner join {{ ref('practice_rules') }} as rules on ranked.rule = rules.rule
where ranked.recency = 1
