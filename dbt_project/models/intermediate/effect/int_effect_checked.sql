-- The headline figures with what decides whether they may be shown: how many, how comparable, how representative.
with settings as (
    select * from {{ ref('int_effect_settings') }}
),

figures as (
    select
        figures.*,
        case figures.match_group when 'vaekst' then 'vaekst' else 'drift' end as segment
    from {{ ref('int_effect_figures') }} as figures
    inner join settings on figures.neighbours = settings.neighbours
    where figures.definition = 'winsorised_5_95' and figures.caliper_factor = 1
),

balance as (
    select
        match_group,
        house,
        goal_year,
        scope,
        max(abs(smd_after)) as largest_imbalance
    from {{ ref('int_effect_balance') }}
    group by match_group, house, goal_year, scope
),

described as (
    select
        figures.*,
        balance.largest_imbalance,
        100.0 * figures.n_treated / nullif(figures.n_eligible, 0) as matched_share,
        settings.minimum_treated,
        settings.minimum_treated_at_all,
        settings.balance_blocks,
        settings.matched_share_percent
    from figures
    cross join settings
    left join balance
        on
            figures.match_group = balance.match_group
            and figures.house = balance.house
            and figures.goal_year = balance.goal_year
            and figures.scope = balance.scope
),

reasoned as (
    select
        *,
        case
            when n_treated < minimum_treated_at_all
                then
                    'Færre end ' || minimum_treated_at_all
                    || ' vejledte virksomheder har en sammenlignelig virksomhed. Der beregnes ingen effekt.'
            when att is null then 'Der er for få forskellige sammenlignelige virksomheder til at beregne en effekt.'
            when n_treated < minimum_treated
                then
                    'Kun ' || n_treated || ' vejledte virksomheder har en sammenlignelig virksomhed. Der kræves mindst '
                    || minimum_treated || '.'
        end as count_reason_da,
        case
            when largest_imbalance > balance_blocks
                then
                    'De to grupper er ikke ens nok før vejledningen: Den største forskel er '
                    || {{ danish_number('largest_imbalance', 2) }} || ' standardafvigelser, og grænsen er '
                    || {{ danish_number('balance_blocks', 2) }} || '.'
        end as balance_reason_da,
        case
            when n_treated > 0 and matched_share < matched_share_percent
                then
                    'Kun ' || {{ danish_number('matched_share', 1) }}
                    || ' pct. af de vejledte virksomheder har en sammenlignelig virksomhed. Under '
                    || {{ danish_number('matched_share_percent', 0) }} || ' pct. er tallet ikke retvisende.'
        end as share_reason_da
    from described
)

select
    match_group,
    measure,
    segment,
    house,
    goal_year,
    scope,
    n_eligible,
    n_treated,
    n_controls,
    max_reuse,
    matched_share,
    treated_mean,
    control_mean,
    att,
    se,
    ci_low,
    ci_high,
    largest_imbalance,
    minimum_treated,
    minimum_treated_at_all,
    settings_fingerprint,
    count_reason_da is null and balance_reason_da is null and share_reason_da is null as is_publishable,
    nullif(
        trim(
            coalesce(count_reason_da || ' ', '') || coalesce(balance_reason_da || ' ', '') || coalesce(share_reason_da, '')
        ), ''
    ) as reason_da
from reasoned
where measure <> 'survival'
