-- Started no later than the first day of guidance, and not ceased by the last one: the day it ceased is too late.
with courses as (
    select * from {{ ref('int_practice_courses') }} where cvr is not null
),

companies as (
    select * from {{ ref('stg_register__companies') }} where not is_withdrawn
),

compared as (
    select
        courses.*,
        companies.started_on as company_started_on,
        companies.ceased_on as company_ceased_on,
        companies.cvr is null as is_unknown,
        -- What the register or the course does not say cannot be wrong.
        coalesce(companies.started_on > courses.first_guidance_on, false) as is_too_early,
        coalesce(companies.ceased_on <= courses.last_guidance_on, false) as is_too_late
    from courses
    left join companies on courses.cvr = companies.cvr
),

checked as (
    select
        *,
        not is_unknown and not is_too_early and not is_too_late as is_passed,
        'virksomheden startede den ' || {{ danish_date('company_started_on') }}
        || '; vejledning den ' || {{ danish_date('first_guidance_on') }} as too_early_text,
        'virksomheden ophørte den ' || {{ danish_date('company_ceased_on') }}
        || '; vejledning den ' || {{ danish_date('last_guidance_on') }} as too_late_text
    from compared
),

worded as (
    select
        *,
        case
            when is_unknown then 'CVR-nummeret er ikke i registret'
            when is_too_early then too_early_text
            else too_late_text
        end as found_value
    from checked
)

select {{ practice_check('cvr_in_register') }}
from worded
