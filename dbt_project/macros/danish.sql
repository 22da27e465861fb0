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

{# A number as Danish text, decimal comma and no thousands point: with `decimals` digits, else with at most two. #}
{% macro danish_number(expression, decimals=none) -%}
    {%- if decimals is not none -%}
        replace(cast(cast({{ expression }} as decimal(18, {{ decimals }})) as varchar), '.', ',')
    {%- else -%}
        case
            when {{ expression }} = floor({{ expression }}) then cast(cast({{ expression }} as bigint) as varchar)
            else replace(cast(cast(round({{ expression }}, 2) as double) as varchar), '.', ',')
        end
    {%- endif -%}
{%- endmacro %}

{# A segment's Danish name inside a sentence. #}
{% macro danish_segment(segment) -%}
    case {{ segment }} when 'vaekst' then 'vækst' else {{ segment }} end
{%- endmacro %}
