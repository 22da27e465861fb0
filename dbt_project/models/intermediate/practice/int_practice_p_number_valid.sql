-- A P-number is optional; one that is registered has 10 digits.
with checked as (
    select
        *,
        p_number_digits = 10 as is_passed,
        cast(p_number_digits as varchar) || ' cifre i stedet for 10' as found_value
    from {{ ref('int_practice_courses') }}
    where p_number is not null
)

select {{ practice_check('p_number_valid') }}
from checked
