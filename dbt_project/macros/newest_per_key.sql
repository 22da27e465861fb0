{#
    The newest delivered row of every key: every delivery is an upsert, and the newest delivery of a key wins
    (deliveries: date, then file name; within one file the last line).

    relation: the delivered rows, with _delivery_order and _line.
    key: list of key columns.
#}
{% macro newest_per_key(relation, key) %}
    select *
    from (
        select
            *,
            row_number() over (partition by {{ key | join(', ') }} order by _delivery_order desc, _line desc) as _recency
        from {{ relation }}
    ) as ranked
    where _recency = 1
{% endmacro %}
