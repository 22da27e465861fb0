{# Fails with every value outside the range; the ends belong to it, and empty values pass. #}
{% test in_range(model, column_name, minimum=none, maximum=none) %}
    {%- set bounds = [] -%}
    {%- if minimum is not none -%}{%- do bounds.append(column_name ~ ' < ' ~ minimum) -%}{%- endif -%}
    {%- if maximum is not none -%}{%- do bounds.append(column_name ~ ' > ' ~ maximum) -%}{%- endif -%}
    select {{ column_name }}
    from {{ model }}
    where {{ bounds | join(' or ') }}
{% endtest %}
