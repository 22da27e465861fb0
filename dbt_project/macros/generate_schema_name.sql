{# Schemas are named for their layer, without the target's prefix: there is one warehouse per file. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
