-- Companies whose Early Warning course ended in a cohort's year, and whether they were still there at the outcome.
-- They are shown apart: a company in crisis has no fair control.
with courses as (
    select
        house,
        cvr,
        {{ year_of('ended_on') }} as end_year
    from {{ ref('int_effect_courses') }}
    where course_type = 'early_warning' and cvr is not null and ended_on is not null
),

scopes as (
    select distinct house, cvr, end_year from courses where house is not null
    union
    select distinct 'danmark' as house, cvr, end_year from courses
),

companies as (
    select cvr, ceased_on from {{ ref('stg_register__companies') }} where not is_withdrawn
)

select
    scopes.house,
    scopes.cvr,
    cohorts.goal_year,
    coalesce(companies.ceased_on > {{ last_day_of('cohorts.goal_year') }}, true) as has_survived
from scopes
inner join {{ ref('int_effect_cohorts') }} as cohorts on scopes.end_year = cohorts.end_year
inner join companies on scopes.cvr = companies.cvr
