{# The calendar year of a date, as an integer. #}
{% macro year_of(date_expression) -%}
    cast(extract(year from {{ date_expression }}) as integer)
{%- endmacro %}

{# One row (calendar_date) per day from `first` to `last`, both SQL expressions of type date, both included. #}
{% macro days_between(first, last) -%}
    {{ return(adapter.dispatch('days_between')(first, last)) }}
{%- endmacro %}

{% macro duckdb__days_between(first, last) -%}
    select cast(unnest(generate_series({{ first }}, {{ last }}, interval 1 day)) as date) as calendar_date
{%- endmacro %}

{% macro spark__days_between(first, last) -%}
    select explode(sequence({{ first }}, {{ last }}, interval 1 day)) as calendar_date
{%- endmacro %}
