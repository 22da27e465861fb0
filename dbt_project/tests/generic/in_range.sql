{# Fails with every value outside the range; the ends belong to it, and empty values pass. #}
{% test in_range(model, column_name, minimum=none, maximum=none) %}
    
select {{ column_name }}
from {{ model }}
where
    false
    {% if minimum is not none %}or {{ column_name }} < {{ minimum }}{% endif %}
    {% if maximum is not none %}or {{ column_name }} > {{ maximum }}{% endif %}
{% endtest %}
