-- Every delivered row counts, not only the newest: a unit that has ever been a person's stays one.
with units as (
    select p_nummer, cvr_nummer, true as is_in_register from {{ source('register', 'register_penhed') }}
    union all
    select p_nummer, cvr_nummer, false from {{ source('crm', 'crm_forloeb') }} where p_nummer is not null
)

select units.p_nummer as p_number
from units
left join {{ ref('stg_register__company_numbers') }} as numbers on units.cvr_nummer = numbers.cvr_number
group by units.p_nummer
having bool_and(coalesce(not numbers.is_personally_owned, false)) and bool_or(units.is_in_register)
