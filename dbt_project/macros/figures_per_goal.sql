{# From the rows in a measure's base to its figures: one row per agreement, house, segment and year. #}

{#
    Figures of the rows that are in the base, one row per goal with any.

    base: relation with the measure's rows and `left_because`.
    figures: the aggregates of macros/statistics.sql, over the base's columns.
#}
{% macro figures_per_goal(base, figures) %}
    select
        agreement,
        measure,
        house,
        segment,
        goal_year,
        {{ figures }}
    from {{ base }}
    where left_because is null
    group by agreement, measure, house, segment, goal_year
{% endmacro %}

{#
    A count for every figure of a measure in the years with activities, 0 where nothing is in the base: nobody guided
    is a result, not missing data.

    measure: the measure's key.
    base: relation with the measure's rows.
    total: the aggregate that counts the rows in the base (`base.*`).
#}
{% macro count_per_goal(measure, base, total) %}
    select
        goals.agreement,
        goals.measure,
        goals.house,
        goals.segment,
        goals.goal_year,
        {{ count_figures(total) }}
    from {{ ref('int_goal_targets') }} as goals
    inner join (select distinct activity_year from {{ ref('int_activities') }} where left_because is null) as years
        on goals.goal_year = years.activity_year
    left join {{ base }} as base
        on
            goals.agreement = base.agreement
            and goals.house = base.house
            and goals.segment = base.segment
            and goals.goal_year = base.goal_year
            and base.left_because is null
    where goals.measure = '{{ measure }}'
    group by goals.agreement, goals.measure, goals.house, goals.segment, goals.goal_year
{% endmacro %}
