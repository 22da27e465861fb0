-- "Deling af virksomhedsinformation kan kun foretages efter samtykke" (contract 2021): yes or no, but answered.
with checked as (
    select
        *,
        consent_to_share is not null as is_passed,
        'samtykke ikke besvaret' as found_value
    from {{ ref('int_practice_courses') }}
)

select {{ practice_check('consent_recorded') }}
from checked
