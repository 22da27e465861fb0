{# Fails with every group whose shares do not add up to one. #}
{% test shares_add_up(model, group_by, share) %}
select
    {{ group_by | join(', ') }},
    sum({{ share }}) as sum_of_shares
from {{ model }}
group by {{ group_by | join(', ') }}
having abs(sum({{ share }}) - 1) > 1e-9
{% endtest %}
