{# A date as Danish text: 21. november 2026. #}
{% macro danish_date(date_expression) -%}
    cast(extract(day from {{ date_expression }}) as varchar) || '. '
    || case extract(month from {{ date_expression }})
        {%- for month in ['januar', 'februar', 'marts', 'april', 'maj', 'juni', 'juli', 'august', 'september', 'oktober', 'november', 'december'] %}
        when {{ loop.index }} then '{{ month }}'
        {%- endfor %}
    end
    || ' ' || cast(extract(year from {{ date_expression }}) as varchar)
{%- endmacro %}

{# A number as Danish text, with at most two decimals and a decimal comma: 20,5. #}
{% macro danish_number(expression) -%}
    case
        when {{ expression }} = floor({{ expression }}) then cast(cast({{ expression }} as bigint) as varchar)
        else replace(cast(cast(round({{ expression }}, 2) as double) as varchar), '.', ',')
    end
{%- endmacro %}

{# A segment's Danish name inside a sentence. #}
{% macro danish_segment(segment) -%}
    case {{ segment }} when 'vaekst' then 'vækst' else {{ segment }} end
{%- endmacro %}
