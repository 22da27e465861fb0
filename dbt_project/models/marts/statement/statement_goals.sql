-- Every figure of every agreement and contract, with what disclosure control must know of it: what n counts, and whether
-- a unit of two houses counts once in Danmark's figure (a respondent lies in one house's area only).
select
    attainment.agreement,
    attainment.measure,
    attainment.goal_number,
    attainment.house,
    attainment.segment,
    attainment.year,
    measures.unit,
    case
        when measures.family in ('awareness', 'evaluation') then 'respondents'
        when measures.family = 'manual' then 'other'
        else 'companies'
    end as unit_kind,
    measures.family <> 'awareness' as counts_once_nationally,
    attainment.n,
    attainment.numerator,
    attainment.denominator,
    attainment.value,
    attainment.ci_low,
    attainment.ci_high,
    attainment.target,
    attainment.comparison,
    attainment.status,
    attainment.certainty
from {{ ref('goal_attainment') }} as attainment
inner join {{ ref('measures') }} as measures on attainment.measure = measures.measure
