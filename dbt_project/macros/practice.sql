{#
    The registration rules' common shape: one row per checked record, as every `int_practice_<rule>` model ends with.

    rule: the rule's key.
    entity: the delivered entity that the record is a row of.
    record_id: expression of the record's key.
    is_correctable: condition under which a record that fails can still come to keep the rule.

    The relation selected from must have house, course_id, month, is_passed and found_value; what was found is kept
    for the records that fail, and never holds a name, a CVR or P-number or free text.
#}
{% macro practice_check(rule, entity="'crm_forloeb'", record_id='course_id', is_correctable='true') %}
    '{{ rule }}' as rule,
    house,
    {{ entity }} as entity,
    {{ record_id }} as record_id,
    course_id,
    month,
    is_passed,
    case when not is_passed then {{ is_correctable }} end as is_correctable,
    case when not is_passed then found_value end as found_value
{% endmacro %}

{#
    The month a checked record counts in: that of the course's start, else of the record's own date, else of today.

    candidates: date expressions, the first that is known decides.
#}
{% macro practice_month(candidates) -%}
    cast({{ dbt.date_trunc('month', 'coalesce(' ~ candidates | join(', ') ~ ')') }} as date)
{%- endmacro %}

{# Whether a text is a CVR number: 8 digits, and the sum weighted 2, 7, 6, 5, 4, 3, 2, 1 is divisible by 11. #}
{% macro is_valid_cvr(cvr) -%}
    coalesce(
        length({{ cvr }}) = 8
        and (
            {%- for weight in [2, 7, 6, 5, 4, 3, 2, 1] %}
            {{ weight }} * try_cast(substring({{ cvr }}, {{ loop.index }}, 1) as integer){{ ' +' if not loop.last }}
            {%- endfor %}
        ) % 11 = 0,
        false
    )
{%- endmacro %}

{#
    The sum of a column over the `months` up to and including each row's day: the day - months is not in it.
    Set-based: one sort per partition, and each window's ends are found by binary search.
#}
{% macro rolling_sum(expression, partition, day, months) -%}
    {{ return(adapter.dispatch('rolling_sum')(expression, partition, day, months)) }}
{%- endmacro %}

{% macro duckdb__rolling_sum(expression, partition, day, months) -%}
    sum({{ expression }}) over (
        partition by {{ partition | join(', ') }} order by {{ day }}
        range between interval '{{ months }} months -1 days' preceding and current row
    )
{%- endmacro %}

{% macro spark__rolling_sum(expression, partition, day, months) -%}
    sum({{ expression }}) over (
        partition by {{ partition | join(', ') }} order by {{ day }}
        range between interval '{{ months }}' month preceding and current row
    )
    - coalesce(sum({{ expression }}) over (
        partition by {{ partition | join(', ') }} order by {{ day }}
        range between interval '{{ months }}' month preceding and interval '{{ months }}' month preceding
    ), 0)
{%- endmacro %}

{# How many whole periods of seven days, the newest ending today, a day lies back. #}
{% macro weeks_ago(day, today) -%}
    cast(floor({{ dbt.datediff(day, today, 'day') }} / 7.0) as integer)
{%- endmacro %}

{# The share of courses without a finding in one of the score card's periods, in per cent; null where none was checked. #}
{% macro share_in_period(period) -%}
    100.0 * cast(sum(case when period = '{{ period }}' then courses_passed end) as double)
    / nullif(sum(case when period = '{{ period }}' then courses_checked end), 0)
{%- endmacro %}
