{# Whether a figure reaches its target, by the agreement's own comparison ("mindst" or "mere end"). #}
{% macro reaches(figure, target, comparison) -%}
    case {{ comparison }}
        when 'at_least' then {{ figure }} >= {{ target }}
        when 'more_than' then {{ figure }} > {{ target }}
    end
{%- endmacro %}
