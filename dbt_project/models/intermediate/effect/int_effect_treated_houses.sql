-- Which houses a guided company counts in: every house that had a course in its first guidance, and once nationally.
with treated as (
    select * from {{ ref('int_effect_treated') }} where left_because is null
),

courses as (
    select distinct cvr, house from {{ ref('int_effect_courses') }} where guidance_number = 1 and house is not null
)

select
    treated.unit_id,
    treated.cvr,
    treated.end_year,
    courses.house
from treated
inner join courses on treated.cvr = courses.cvr
union all
select
    unit_id,
    cvr,
    end_year,
    'danmark' as house
from treated
