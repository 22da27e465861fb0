-- From everything delivered to the companies compared: what left at each step, and what remained after it.
with counted as (
    select
        'treated' as arm,
        segment,
        house,
        end_year,
        coalesce(left_because, 'matched') as reason,
        count(*) as companies
    from {{ ref('int_effect_course_steps') }}
    group by segment, house, end_year, coalesce(left_because, 'matched')
    union all
    select
        'control' as arm,
        segment,
        'danmark' as house,
        end_year,
        reason,
        companies
    from {{ ref('int_effect_pool_steps') }}
),

totals as (
    select
        arm,
        segment,
        house,
        end_year,
        sum(companies) as delivered
    from counted
    group by arm, segment, house, end_year
),

steps as (
    select
        case kind when 'treated_step' then 'treated' else 'control' end as arm,
        code as reason,
        sort_order,
        label_da
    from {{ ref('effect_labels') }}
    where kind in ('treated_step', 'control_step')
),

counted_steps as (
    select
        totals.arm,
        totals.segment,
        totals.house,
        totals.end_year,
        totals.delivered,
        steps.sort_order,
        steps.reason,
        steps.label_da,
        coalesce(counted.companies, 0) as left_here
    from totals
    inner join steps on totals.arm = steps.arm
    left join counted
        on
            totals.arm = counted.arm
            and totals.segment = counted.segment
            and totals.house = counted.house
            and totals.end_year = counted.end_year
            and steps.reason = counted.reason
)

select
    counted_steps.arm,
    counted_steps.segment,
    counted_steps.house,
    cohorts.goal_year,
    cast(counted_steps.end_year as integer) as end_year,
    counted_steps.sort_order as step,
    counted_steps.reason,
    counted_steps.label_da,
    cast(counted_steps.delivered as integer) as delivered,
    cast(counted_steps.left_here as integer) as left_here,
    cast(
        counted_steps.delivered - sum(counted_steps.left_here) over (
            partition by counted_steps.arm, counted_steps.segment, counted_steps.house, counted_steps.end_year
            order by counted_steps.sort_order rows between unbounded preceding and current row
        ) as integer
    ) as remaining
from counted_steps
inner join {{ ref('int_effect_cohorts') }} as cohorts on counted_steps.end_year = cohorts.end_year
