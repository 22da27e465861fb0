{#
    What stands for a person's number or id: a prefix, and 16 hex digits of HMAC-SHA256 (RFC 2104) under the key of the
    installation. Null where the value is null. A model that calls it must be a table: only dbt's own sessions have the key.

    kind: what the value is, one of `cvr`, `p_nummer`, `medarbejder`, `respondent`; decides the prefix.
    expression: the value as delivered.
#}
{% macro pseudonym(kind, expression) -%}
    {{ return(adapter.dispatch('pseudonym')(kind, expression)) }}
{%- endmacro %}

{% macro pseudonym_prefix(kind) -%}
    {{- {'cvr': 'P-', 'p_nummer': 'PE-', 'medarbejder': 'M-', 'respondent': 'R-'}[kind] -}}
{%- endmacro %}

{# Without the casts an absent variable has no type, and DuckDB would make all of it null instead of failing. #}
{% macro duckdb__pseudonym(kind, expression) -%}
    {%- set inner = "coalesce(cast(getvariable('pseudonym_inner') as blob), error('no pseudonym key in this session'))" -%}
    {%- set outer = "coalesce(cast(getvariable('pseudonym_outer') as blob), error('no pseudonym key in this session'))" -%}
    (
        '{{ pseudonym_prefix(kind) }}'
        || left(sha256({{ outer }} || unhex(sha256({{ inner }} || encode('{{ kind }}:' || {{ expression }})))), 16)
    )
{%- endmacro %}

{% macro spark__pseudonym(kind, expression) -%}
    concat(
        '{{ pseudonym_prefix(kind) }}',
        left(
            sha2(
                concat(
                    coalesce(session.pseudonym_outer, raise_error('no pseudonym key in this session')),
                    unhex(
                        sha2(
                            concat(
                                coalesce(session.pseudonym_inner, raise_error('no pseudonym key in this session')),
                                encode(concat('{{ kind }}:', {{ expression }}), 'UTF-8')
                            ), 256
                        )
                    )
                ), 256
            ), 16
        )
    )
{%- endmacro %}

{#
    How a company is called from staging on: its CVR number when the register says that it is no natural person's, else
    its pseudonym. Needs a left join of stg_register__company_numbers, which knows the companies of the register; a number
    that is not in it cannot be told from a sole proprietor's (or a CPR number typed in the wrong field), so it is never shown.

    number: the CVR number as delivered.
    numbers: alias of stg_register__company_numbers.
#}
{% macro company_key(number, numbers) -%}
    coalesce({{ numbers }}.cvr, {{ pseudonym('cvr', number) }})
{%- endmacro %}

{#
    How a production unit is called: its P-number when it belongs to companies that may be shown and to them alone, else
    its pseudonym. Needs a left join of stg_register__shown_p_numbers.

    number: the P-number as delivered.
    shown: alias of stg_register__shown_p_numbers.
#}
{% macro production_unit_key(number, shown) -%}
    coalesce({{ shown }}.p_number, {{ pseudonym('p_nummer', number) }})
{%- endmacro %}

{#
    A 64-bit number that a company's number and a year decide and not the key: it draws lots between companies that are
    equally alike, so that no figure depends on the key. The first bits of the SHA-256 of `number-year`, as the matcher's own
    tie breaker. Who has a list of all CVR numbers can find the number again: never in a mart.
#}
{% macro company_lot(number, year) -%}
    {{ return(adapter.dispatch('company_lot')(number, year)) }}
{%- endmacro %}

{% macro duckdb__company_lot(number, year) -%}
    cast('0x' || left(sha256({{ number }} || '-' || {{ year }}), 16) as ubigint)
{%- endmacro %}

{% macro spark__company_lot(number, year) -%}
    cast(conv(left(sha2(concat({{ number }}, '-', {{ year }}), 256), 16), 16, 10) as decimal(20, 0))
{%- endmacro %}

{# A text that people wrote, with what looks like a CPR number (ddmmyy and four digits) left out. #}
{% macro without_cpr_numbers(expression) -%}
    {{ return(adapter.dispatch('without_cpr_numbers')(expression)) }}
{%- endmacro %}

{% macro duckdb__without_cpr_numbers(expression) -%}
    regexp_replace(
        {{ expression }}, '\b(0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])[0-9]{2}[- ]?[0-9]{4}\b', '[nummer udeladt]', 'g'
    )
{%- endmacro %}

{% macro spark__without_cpr_numbers(expression) -%}
    regexp_replace(
        {{ expression }}, '\\b(0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])[0-9]{2}[- ]?[0-9]{4}\\b', '[nummer udeladt]'
    )
{%- endmacro %}
