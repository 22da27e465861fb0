-- The form of the contract reports: goal, description, result, comment; computed and manual results side by side.
with manual_results as (
    select * from {{ ref('stg_manuel__manual_results') }} where not is_withdrawn
),

computed as (
    select
        attainment.agreement,
        attainment.house,
        attainment.year,
        attainment.goal_number,
        attainment.measure as goal,
        measures.label_da as description_da,
        attainment.segment,
        case when measures.family = 'manual' then 'published' else 'computed' end as origin,
        attainment.value as result_value,
        cast(null as varchar) as result_text,
        attainment.target,
        attainment.status,
        cast(null as varchar) as assessment,
        cast(null as varchar) as comment_da,
        cast(null as varchar) as assessed_by,
        cast(null as date) as assessed_on
    from {{ ref('goal_attainment') }} as attainment
    inner join {{ ref('measures') }} as measures on attainment.measure = measures.measure
    left join manual_results
        on
            measures.family = 'manual'
            and attainment.agreement = manual_results.agreement
            and attainment.measure = manual_results.goal
            and attainment.house = manual_results.house
            and attainment.year = manual_results.result_year
    where manual_results.goal is null and (measures.family <> 'manual' or attainment.value is not null)
),

manual as (
    select
        results.agreement,
        results.house,
        results.result_year as year,
        coalesce(attainment.goal_number, agreement_measures.goal_number) as goal_number,
        results.goal,
        coalesce(measures.label_da, results.goal) as description_da,
        'all' as segment,
        'manual' as origin,
        attainment.value as result_value,
        results.result_text,
        attainment.target,
        attainment.status,
        results.assessment,
        results.comment_da,
        results.assessed_by,
        results.assessed_on
    from manual_results as results
    left join {{ ref('measures') }} as measures on results.goal = measures.measure
    left join {{ ref('agreement_measures') }} as agreement_measures
        on results.agreement = agreement_measures.agreement and results.goal = agreement_measures.measure
    left join {{ ref('goal_attainment') }} as attainment
        on
            measures.family = 'manual'
            and results.agreement = attainment.agreement
            and results.goal = attainment.measure
            and results.house = attainment.house
            and results.result_year = attainment.year
)

select * from computed
union all
select * from manual
