-- Every course that ended in a cohort's year, per house and nationally, and where it left on the way to the comparison.
-- A guidance is counted once in each house that had a course in it, and once nationally.
with courses as (
    select * from {{ ref('int_effect_courses') }}
),

scopes as (
    select house as scope_house, courses.* from courses where house is not null
    union all
    select 'danmark' as scope_house, courses.* from courses
),

numbered as (
    select
        scopes.scope_house,
        scopes.course_id,
        scopes.cvr,
        scopes.segment,
        scopes.guidance_number,
        scopes.left_because,
        coalesce(guidances.end_year, {{ year_of('scopes.ended_on') }}) as end_year,
        guidances.ended_on is null and scopes.guidance_number is not null as is_open,
        row_number() over (
            partition by scopes.scope_house, scopes.cvr, scopes.guidance_number
            order by scopes.started_on, scopes.course_id
        ) as place
    from scopes
    left join {{ ref('int_effect_guidances') }} as guidances
        on scopes.cvr = guidances.cvr and scopes.guidance_number = guidances.guidance_number
),

treated as (
    select * from {{ ref('int_effect_treated') }}
),

matched as (
    select distinct
        case match_group when 'vaekst' then 'vaekst' else 'drift' end as segment,
        end_year,
        treated_id
    from {{ ref('int_effect_pairs') }}
    where caliper_factor = 1 and match_group in ('vaekst', 'drift_survivors')
)

select
    numbered.scope_house as house,
    numbered.course_id,
    numbered.end_year,
    coalesce(treated.segment, numbered.segment, 'unknown') as segment,
    case
        when numbered.left_because is not null then numbered.left_because
        when numbered.place > 1 then 'part_of_guidance'
        when numbered.guidance_number > 1 then 'not_first_guidance'
        when treated.left_because is not null then treated.left_because
        when treated.segment = 'drift' and treated.productivity_growth is null then 'not_measurable'
        when matched.treated_id is null then 'no_match'
    end as left_because
from numbered
inner join {{ ref('int_effect_cohorts') }} as cohorts on numbered.end_year = cohorts.end_year
left join treated
    on numbered.cvr = treated.cvr and numbered.guidance_number = 1 and numbered.end_year = treated.end_year
left join matched
    on
        treated.segment = matched.segment
        and treated.end_year = matched.end_year
        and treated.unit_id = matched.treated_id
where not numbered.is_open
