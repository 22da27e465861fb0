{#
    The evaluations that a measure looks at: one row per goal figure (agreement, house, segment, year) and evaluation
    or course never sent, with `response_left_because` for those that are not their unit's newest answer.

    measure: the measure's key.
    theme: 'all', or the theme a course must have.
#}
{% macro evaluations_in_scope(measure, theme='all') %}
    select
        goals.agreement,
        goals.measure,
        goals.house,
        goals.segment,
        goals.goal_year,
        units.unit_id,
        units.cvr,
        units.course_id,
        units.evaluation_id as record_id,
        units.answered_on,
        units.recommendation,
        units.competence_satisfaction,
        units.expected_effect,
        units.guided_in_digitalisation,
        units.was_referred,
        units.used_referral,
        units.sustainability_helped,
        units.left_because as response_left_because
    from {{ ref('int_goal_targets') }} as goals
    inner join {{ ref('int_evaluation_units') }} as units
        on
            goals.house = units.house
            and goals.segment = units.segment
            and goals.evaluation_year = units.evaluation_year
    where goals.measure = '{{ measure }}' and units.theme = '{{ theme }}'
{% endmacro %}

{#
    The respondents that a measure of the awareness survey looks at: one row per goal figure and respondent.
#}
{% macro respondents_in_scope(measure) %}
    select
        goals.agreement,
        goals.measure,
        goals.house,
        goals.segment,
        goals.goal_year,
        respondents.respondent_id as unit_id,
        cast(null as varchar) as cvr,
        cast(null as varchar) as course_id,
        respondents.respondent_id as record_id,
        respondents.weight,
        respondents.heard_of_house,
        respondents.knows_offers,
        respondents.knows_sustainability_offers
    from {{ ref('int_goal_targets') }} as goals
    inner join {{ ref('int_awareness_respondents') }} as respondents
        on
            goals.goal_year = respondents.wave_year
            and goals.house in (respondents.house, 'danmark')
    where goals.measure = '{{ measure }}'
{% endmacro %}

{#
    The guided companies that a measure looks at: one row per goal figure and company (and mode of guidance).

    modes: the modes of guidance that count, of 'individual' and 'collective'.
#}
{% macro guided_companies_in_scope(measure, modes=['individual']) %}
    select
        goals.agreement,
        goals.measure,
        goals.house,
        goals.segment,
        goals.goal_year,
        companies.cvr as unit_id,
        companies.cvr,
        cast(null as varchar) as course_id,
        companies.cvr || ':' || companies.guidance_mode as record_id,
        companies.guidance_mode,
        companies.first_activity_on
    from {{ ref('int_goal_targets') }} as goals
    inner join {{ ref('int_guided_companies') }} as companies
        on goals.house = companies.house and goals.goal_year = companies.activity_year
    where goals.measure = '{{ measure }}' and companies.guidance_mode in ('{{ modes | join("', '") }}')
{% endmacro %}
