-- Which courses make up a company's guidance: individual courses less than 12 months apart are one, whatever the house.
-- Collective and Early Warning courses never qualify, and a course without a CVR number is nobody's.
with settings as (
    select joined_within_months from {{ ref('int_effect_settings') }}
),

courses as (
    select
        course_id,
        house,
        cvr,
        segment,
        course_type,
        started_on,
        ended_on,
        case
            when course_type = 'early_warning' then 'early_warning'
            when course_type is null or course_type <> 'individuel' then 'not_individual'
            when cvr is null then 'no_cvr'
            when started_on is null or ended_on < started_on then 'no_dates'
        end as left_because
    from {{ ref('stg_crm__courses') }}
    where not is_withdrawn
),

qualifying as (
    select
        *,
        max(coalesce(ended_on, cast('9999-12-31' as date))) over (
            partition by cvr order by started_on, course_id rows between unbounded preceding and 1 preceding
        ) as ended_before
    from courses
    where left_because is null
),

numbered as (
    select
        qualifying.course_id,
        1 + sum(
            case
                when {{ months_after('qualifying.ended_before', 'settings.joined_within_months') }} <= qualifying.started_on
                    then 1
                else 0
            end
        ) over (
            partition by qualifying.cvr order by qualifying.started_on, qualifying.course_id
            rows between unbounded preceding and current row
        ) as guidance_number
    from qualifying
    cross join settings
)

select
    courses.course_id,
    courses.house,
    courses.cvr,
    courses.segment,
    courses.course_type,
    courses.started_on,
    courses.ended_on,
    cast(numbered.guidance_number as integer) as guidance_number,
    courses.left_because
from courses
left join numbered on courses.course_id = numbered.course_id
