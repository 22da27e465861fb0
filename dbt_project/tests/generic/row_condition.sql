{# Fails with every row for which the condition is not true. #}
{% test row_condition(model, condition) %}
select *
from {{ model }}
where not coalesce({{ condition }}, false)
{% endtest %}
