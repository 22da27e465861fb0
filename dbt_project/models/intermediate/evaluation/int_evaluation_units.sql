-- Conditions on the course (house, segment, theme) choose which responses are looked at; then the newest answered
-- response is taken per unit. Conditions on the answers come after, in the goal models.
with evaluations as (
    select *
    from {{ ref('int_evaluations') }}
    where left_because is null or left_because in ('not_sent', 'not_answered')
),

in_houses as (
    select house as scope_house, * from evaluations where house is not null
    union all
    select 'danmark' as scope_house, * from evaluations
),

in_segments as (
    select 'all' as scope_segment, * from in_houses
    union all
    select segment as scope_segment, * from in_houses where segment is not null
),

in_themes as (
    select 'all' as scope_theme, * from in_segments
    union all
    select 'baeredygtighed' as scope_theme, * from in_segments where has_sustainability_theme
),

ranked as (
    select
        *,
        row_number() over (
            partition by scope_house, scope_segment, scope_theme, evaluation_year, unit_id, left_because
            order by answered_on desc, evaluation_id desc
        ) as recency
    from in_themes
)

select
    scope_house as house,
    scope_segment as segment,
    scope_theme as theme,
    evaluation_year,
    unit_id,
    cvr,
    course_id,
    evaluation_id,
    sent_on,
    answered_on,
    recommendation,
    competence_satisfaction,
    expected_effect,
    guided_in_digitalisation,
    was_referred,
    used_referral,
    sustainability_helped,
    case when left_because is null and recency > 1 then 'superseded' else left_because end as left_because
from ranked
