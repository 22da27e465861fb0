{#
    The number that a manual result states, as 78, "78,5" or "78 pct."; null where the text is more than a number.
#}
{% macro number_in_text(text_expression) -%}
    {{ return(adapter.dispatch('number_in_text')(text_expression)) }}
{%- endmacro %}

{% macro duckdb__number_in_text(text_expression) -%}
    try_cast(
        replace(
            nullif(
                regexp_extract({{ text_expression }}, '^\s*(-?[0-9]+(?:[.,][0-9]+)?)\s*(?:%|pct\.?)?\s*$', 1), ''
            ),
            ',', '.'
        ) as double
    )
{%- endmacro %}

{% macro spark__number_in_text(text_expression) -%}
    try_cast(
        replace(
            nullif(
                regexp_extract({{ text_expression }}, '^\\s*(-?[0-9]+(?:[.,][0-9]+)?)\\s*(?:%|pct\\.?)?\\s*$', 1), ''
            ),
            ',', '.'
        ) as double
    )
{%- endmacro %}
