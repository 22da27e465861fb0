-- "Tema for vejledning" is part of the least that is registered (ch. 9). One theme is enough, two are fine.
with checked as (
    select
        *,
        has_listed_theme as is_passed,
        'intet tema fra listen' as found_value
    from {{ ref('int_practice_courses') }}
)

select {{ practice_check('theme_registered') }}
from checked
