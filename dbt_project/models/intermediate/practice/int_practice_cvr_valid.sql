-- "CVR-nummer og P-nummer" must be registered (ch. 9): 8 digits whose weighted sum is divisible by 11.
with checked as (
    select
        *,
        is_valid_cvr as is_passed,
        case
            when cvr_digits = 8 then '8 cifre, men kontrolsummen går ikke op'
            else cast(cvr_digits as varchar) || ' cifre i stedet for 8'
        end as found_value
    from {{ ref('int_practice_courses') }}
    where cvr is not null
)

select {{ practice_check('cvr_valid') }}
from checked
