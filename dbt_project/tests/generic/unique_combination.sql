{# Fails with every combination of the columns that stands on more than one row; empty values count as equal. #}
{% test unique_combination(model, columns) %}
    {%- set quoted = [] -%}
{%- for column in columns -%}
        {%- do quoted.append(adapter.quote(column)) -%}
    {%- endfor %}
    select
        {{ quoted | join(', ') }},
        count(*) as row_count
    from {{ model }}
    group by {{ quoted | join(', ') }}
    having count(*) > 1
{% endtest %}
