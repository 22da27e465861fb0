{#
    The arithmetic of the figures, written once. Each macro is a list of aggregates for a `select ... group by`
    and yields the columns n, numerator, denominator, value, ci_low, ci_high (per cent or score). Ends of intervals
    are rounded to nine decimals, so that they are the same on every machine.
#}

{#
    Share in per cent with the Wilson 95 % score interval (Wilson 1927; recommended for shares by Brown, Cai and
    DasGupta 2001). Unweighted.

    counts: a boolean expression, never null within the base.
#}
{% macro share_with_interval(counts) %}
    {%- set k = "cast(count(*) filter (where " ~ counts ~ ") as double)" -%}
    {%- set n = "cast(count(*) as double)" -%}
    {%- set z = 1.959963984540054 -%}
    {%- set centre = "(" ~ k ~ " + " ~ z * z / 2 ~ ") / (" ~ n ~ " + " ~ z * z ~ ")" -%}
    {%- set half = z ~ " * sqrt(" ~ k ~ " * (" ~ n ~ " - " ~ k ~ ") / " ~ n ~ " + " ~ z * z / 4 ~ ") / (" ~ n ~ " + " ~ z * z ~ ")" -%}
    cast(count(*) as integer) as n,
    {{ k }} as numerator,
    {{ n }} as denominator,
    100 * {{ k }} / {{ n }} as value,
    round(100 * greatest(0, {{ centre }} - {{ half }}), 9) as ci_low,
    round(100 * least(1, {{ centre }} + {{ half }}), 9) as ci_high
{% endmacro %}

{#
    Net Promoter Score, -100 to 100, with the adjusted Wald interval of Rocks (2016): three quarters of a promoter,
    three quarters of a critic and three answers are added before the interval is taken, and it is clipped to
    -100..100. The value itself is not adjusted.

    score: an integer expression 0..10, never null within the base.
#}
{% macro nps_with_interval(score) %}
    {%- set promoters = "cast(count(*) filter (where " ~ score ~ " >= 9) as double)" -%}
    {%- set critics = "cast(count(*) filter (where " ~ score ~ " <= 6) as double)" -%}
    {%- set n = "cast(count(*) as double)" -%}
    {%- set p = "((" ~ promoters ~ " + 0.75) / (" ~ n ~ " + 3))" -%}
    {%- set c = "((" ~ critics ~ " + 0.75) / (" ~ n ~ " + 3))" -%}
    {%- set half = "1.96 * sqrt((" ~ p ~ " + " ~ c ~ " - (" ~ p ~ " - " ~ c ~ ") * (" ~ p ~ " - " ~ c ~ ")) / (" ~ n ~ " + 3))" -%}
    cast(count(*) as integer) as n,
    {{ promoters }} - {{ critics }} as numerator,
    {{ n }} as denominator,
    100 * ({{ promoters }} - {{ critics }}) / {{ n }} as value,
    round(greatest(-100, 100 * ({{ p }} - {{ c }} - {{ half }})), 9) as ci_low,
    round(least(100, 100 * ({{ p }} - {{ c }} + {{ half }})), 9) as ci_high
{% endmacro %}

{#
    Weighted share in per cent with the linearised (Taylor) standard error of the ratio estimator, as R's
    survey::svymean gives for independent weighted units, and a normal 95 % interval: with p = sum(wy)/sum(w),
    var = n/(n-1) * sum((w (y-p))^2) / sum(w)^2. For a 0/1 answer the sum of squares is
    (1-p)^2 sum(w^2 y) + p^2 sum(w^2 (1-y)), which needs exact decimal sums only, so a rerun gives the same bits.
    One respondent has no interval.

    counts: a boolean expression, never null within the base.
    weight: a decimal expression above 0, never null within the base.
#}
{% macro weighted_share_with_interval(counts, weight) %}
    {%- set w = "cast(sum(" ~ weight ~ ") as double)" -%}
    {%- set wy = "cast(coalesce(sum(" ~ weight ~ ") filter (where " ~ counts ~ "), 0) as double)" -%}
    {%- set w2y = "cast(coalesce(sum(" ~ weight ~ " * " ~ weight ~ ") filter (where " ~ counts ~ "), 0) as double)" -%}
    {%- set w2n = "cast(coalesce(sum(" ~ weight ~ " * " ~ weight ~ ") filter (where not (" ~ counts ~ ")), 0) as double)" -%}
    {%- set p = "(" ~ wy ~ " / " ~ w ~ ")" -%}
    {%- set squares = "((1 - " ~ p ~ ") * (1 - " ~ p ~ ") * " ~ w2y ~ " + " ~ p ~ " * " ~ p ~ " * " ~ w2n ~ ")" -%}
    {%- set half = "1.959963984540054 * sqrt(cast(count(*) as double) / nullif(count(*) - 1, 0) * " ~ squares ~ ") / " ~ w -%}
    cast(count(*) as integer) as n,
    {{ wy }} as numerator,
    {{ w }} as denominator,
    round(100 * {{ wy }} / {{ w }}, 9) as value,
    round(100 * ({{ p }} - {{ half }}), 9) as ci_low,
    round(100 * ({{ p }} + {{ half }}), 9) as ci_high
{% endmacro %}

{#
    A count as a figure: n and numerator equal the value, there is no denominator and no sampling uncertainty.

    total: an aggregate expression that counts.
#}
{% macro count_figures(total) %}
    cast({{ total }} as integer) as n,
    cast({{ total }} as double) as numerator,
    cast(null as double) as denominator,
    cast({{ total }} as double) as value,
    cast(null as double) as ci_low,
    cast(null as double) as ci_high
{% endmacro %}

{# A figure that is delivered as such, without the rows behind it: no base and no interval can be stated. #}
{% macro figure_without_rows(value) %}
    cast(null as integer) as n,
    cast(null as double) as numerator,
    cast(null as double) as denominator,
    cast({{ value }} as double) as value,
    cast(null as double) as ci_low,
    cast(null as double) as ci_high
{% endmacro %}
