-- A P-number can move between companies: a period ends on its own last day, or the day before the next one starts.
with units as (
    select * from {{ ref('stg_register__production_units') }} where not is_withdrawn
),

ordered as (
    select
        p_number,
        cvr,
        municipality_code,
        started_on,
        ended_on,
        lead(started_on) over (partition by p_number order by started_on, place_of_company) as next_started_on
    from units
),

periods as (
    select
        p_number,
        cvr,
        municipality_code,
        started_on as valid_from,
        least(
            coalesce(ended_on, cast('9999-12-31' as date)),
            coalesce(cast({{ dbt.dateadd('day', -1, 'next_started_on') }} as date), cast('9999-12-31' as date))
        ) as valid_to
    from ordered
)

select * from periods where valid_to >= valid_from
