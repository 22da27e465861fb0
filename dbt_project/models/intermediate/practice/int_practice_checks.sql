-- Every record checked by every rule, in the rules' common shape.
{% set rules = [
    'cvr_valid', 'cvr_in_register', 'p_number_valid', 'p_number_of_company', 'segment_registered',
    'segment_consistent', 'theme_registered', 'referral_complete', 'evaluation_over_3_hours', 'evaluation_all',
    'management_decision_over_20_hours', 'registered_in_time', 'hours_plausible', 'no_duplicate_course',
    'consent_recorded', 'course_exists',
] -%}
{% for rule in rules %}
select * from {{ ref('int_practice_' ~ rule) }}
{{ 'union all' if not loop.last }}
{% endfor %}
