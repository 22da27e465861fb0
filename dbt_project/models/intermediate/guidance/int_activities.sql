-- Municipality of a guidance: of the P-number on the day, else of the company, else unknown.
with activities as (
    select * from {{ ref('stg_crm__activities') }} where not is_withdrawn
),

courses as (
    select * from {{ ref('stg_crm__courses') }}
),

p_number_periods as (
    select * from {{ ref('int_p_number_periods') }}
),

companies as (
    select cvr, municipality_code from {{ ref('stg_register__companies') }} where not is_withdrawn
)

select
    activities.activity_id,
    activities.course_id,
    activities.activity_on,
    {{ year_of('activities.activity_on') }} as activity_year,
    activities.hours,
    activities.channel,
    courses.house,
    courses.cvr,
    courses.segment,
    courses.course_type,
    case
        when courses.course_type in ('individuel', 'early_warning') then 'individual'
        when courses.course_type = 'kollektiv' then 'collective'
    end as guidance_mode,
    coalesce(p_number_periods.municipality_code, companies.municipality_code) as municipality_code,
    case
        when courses.course_id is null then 'orphan'
        when courses.is_withdrawn then 'withdrawn_course'
        when activities.activity_on is null then 'no_date'
    end as left_because
from activities
left join courses on activities.course_id = courses.course_id
left join p_number_periods
    on
        courses.p_number = p_number_periods.p_number
        and activities.activity_on between p_number_periods.valid_from and p_number_periods.valid_to
left join companies on courses.cvr = companies.cvr
