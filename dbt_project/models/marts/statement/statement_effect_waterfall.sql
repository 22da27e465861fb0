-- Long form, so that it adds up inside the table: what was delivered is everything that left plus what was matched.
with steps as (
    select * from {{ ref('effect_waterfall') }}
    where goal_year in (select report_year from {{ ref('int_report_years') }})
),

ends as (
    select
        arm,
        segment,
        house,
        goal_year,
        max(delivered) as delivered,
        max(step) + 1 as last_step,
        min(remaining) as matched
    from steps
    group by arm, segment, house, goal_year
)

select
    arm,
    segment,
    house,
    goal_year,
    step,
    reason,
    label_da as label,
    left_here as companies
from steps
union all
select
    arm,
    segment,
    house,
    goal_year,
    0 as step,
    'delivered' as reason,
    case arm when 'treated' then 'Forløb i alt' else 'Virksomheder i registret i alt' end as label,
    delivered as companies
from ends
union all
select
    arm,
    segment,
    house,
    goal_year,
    cast(last_step as integer) as step,
    'matched' as reason,
    case arm
        when 'treated' then 'Med en sammenlignelig virksomhed' else 'Brugt som sammenlignelig virksomhed'
    end as label,
    matched as companies
from ends
