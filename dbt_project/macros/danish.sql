{# A number as Danish text with a fixed number of decimals: decimal comma, no thousands point. #}
{% macro danish_number(expression, decimals) -%}
    replace(cast(cast({{ expression }} as decimal(18, {{ decimals }})) as varchar), '.', ',')
{%- endmacro %}
