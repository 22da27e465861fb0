"""The charts: figures with intervals against targets, development, balance, losses, ranges, a tile map."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from exports.report.chart_theme import (
    GREY,
    GREY_DARK,
    GREY_FAINT,
    GREY_LIGHT,
    INK,
    PRIMARY,
    PRIMARY_LIGHT,
    WHITE,
    WIDTH,
    Datasets,
    to_svg,
)
from exports.report.tile_map import Tile

_STEP = 23
_SMALL = 70
"""Height of a small chart."""
_WRAP = 52
_LINE = 15

_Records = list[dict[str, object]]
_Drawn = alt.LayerChart | alt.FacetChart


class EmptyChartError(Exception):
    """A chart without data was asked for; say in words that there is none instead."""


@dataclass(frozen=True)
class Bar:
    """A row of an interval chart.

    Attributes:
        label: Its name at the left.
        value: The figure; None draws none.
        low: Lower end of its interval.
        high: Upper end.
        target: Where its target stands.
        filled: Whether the mark is filled (the goal is met); hollow else.
        note: What stands at the right, as the figure and its status.
        strong: Whether the name is bold.
    """

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    target: float | None = None
    filled: bool = True
    note: str = ""
    strong: bool = False


@dataclass(frozen=True)
class Panel:
    """A group of rows with one scale: `title` stands over it, empty for none."""

    title: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Point:
    """A point in time.

    Attributes:
        year: The year.
        value: The figure.
        low: Lower end of its interval.
        high: Upper end.
        series: Which line it belongs to.
        published: Whether it was printed in a public document, and stands on no line.
    """

    year: int
    value: float
    low: float | None = None
    high: float | None = None
    series: str = ""
    published: bool = False


@dataclass(frozen=True)
class Development:
    """One small chart of a development: an area, its points, and its target per year."""

    title: str
    points: tuple[Point, ...]
    targets: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True)
class Balance:
    """A row of a love plot: standardised mean differences before and after matching."""

    label: str
    before: float
    after: float


@dataclass(frozen=True)
class Loss:
    """A step of a waterfall: what left, and what remained after it."""

    label: str
    left: int
    remaining: int


@dataclass(frozen=True)
class Spread:
    """A row of a range chart.

    Attributes:
        label: Its name.
        values: Every value found.
        main: The value that counts; None when it is not among them.
    """

    label: str
    values: tuple[float, ...]
    main: float | None = None


def intervals(
    panels: Sequence[Panel], axis: str, *, from_zero: bool = False, bounds: tuple[float, float] | None = None
) -> str:
    """Draw figures with their intervals, each against its target.

    A filled mark meets its target, a hollow one does not; whiskers are the interval, upright strokes the target.

    Args:
        panels: The groups of rows. Counts (`from_zero`) are bars, each panel with a scale of its own.
        axis: Title of the axis.
        from_zero: Whether to draw bars from zero.
        bounds: The least and largest value there can be.

    Returns:
        The chart as SVG.

    Raises:
        EmptyChartError: No row has a value.
    """
    data = Datasets()
    shown = [panel for panel in panels if any(bar.value is not None for bar in panel.bars)]
    if not shown:
        raise EmptyChartError(axis)
    wide = max(len(bar.label) for panel in shown for bar in panel.bars)
    notes = max(len(bar.note) for panel in shown for bar in panel.bars)
    room = WIDTH - min(6.6 * wide, 330) - 6.2 * notes - 26
    every = [bar for panel in shown for bar in panel.bars]
    drawn = [
        _interval_panel(
            data,
            panel,
            axis if panel is shown[-1] else "",
            _domain(panel.bars if from_zero else every, from_zero=from_zero, bounds=bounds),
            round(room),
            from_zero=from_zero,
        )
        for panel in shown
    ]
    return to_svg(alt.vconcat(*drawn), data)


def _interval_panel(
    data: Datasets, panel: Panel, axis: str, domain: tuple[float, float], width: int, *, from_zero: bool
) -> _Drawn:
    """Draw one group of rows."""
    rows: _Records = [
        {
            "label": bar.label,
            "value": bar.value,
            "low": bar.low,
            "high": bar.high,
            "target": bar.target,
            "filled": bar.filled,
            "note": bar.note,
            "zero": 0,
        }
        for bar in panel.bars
    ]
    strong = [bar.label for bar in panel.bars if bar.strong]
    x = alt.X(
        "value:Q",
        scale=alt.Scale(domain=list(domain), nice=False, zero=False),
        # Lines of both axes would cross: a grid of lines is what a screen reader takes for a table.
        axis=alt.Axis(title=axis or None, tickCount=6, format=",~f", grid=from_zero),
    )
    weight = alt.ExprRef(expr="1") if not strong else None
    y = alt.Y(
        "label:N",
        sort=None,
        title=None,
        axis=alt.Axis(
            labelLimit=330,
            labelFontWeight="normal" if weight is not None else _bold(strong),
            grid=not from_zero,
        ),
    )
    base = alt.Chart(data.add(rows))
    known = base.transform_filter("isValid(datum.value)")
    whisker = base.transform_filter("isValid(datum.low)").encode(y=y, x=alt.X("low:Q"), x2="high:Q")
    layers: list[alt.Chart] = []
    fill = alt.condition("datum.filled", alt.value(PRIMARY), alt.value(WHITE))
    if from_zero:
        layers.append(
            known.mark_bar(height=14, stroke=PRIMARY, strokeWidth=1.5).encode(y=y, x=x, x2="zero:Q", fill=fill)
        )
    layers.append(
        base.transform_filter("isValid(datum.target)")
        .mark_tick(orient="vertical", size=_STEP - 2, thickness=2, color=INK)
        .encode(y=y, x=alt.X("target:Q"))
    )
    layers.append(whisker.mark_rule(color=GREY_DARK, strokeWidth=1.5))
    layers += [
        whisker.mark_tick(orient="vertical", size=8, thickness=1.5, color=GREY_DARK).encode(y=y, x=alt.X(f"{end}:Q"))
        for end in ("low", "high")
    ]
    if not from_zero:
        layers.append(
            known.mark_point(size=80, shape="circle", filled=True, opacity=1, stroke=PRIMARY, strokeWidth=2).encode(
                y=y, x=x, fill=fill
            )
        )
    layers.append(
        base.mark_text(align="left", baseline="middle", color=INK).encode(y=y, x=alt.value(width + 10), text="note:N")
    )
    chart = alt.layer(*layers).properties(width=width, height=alt.Step(_STEP))
    return chart.properties(title=panel.title) if panel.title else chart


def development(charts: Sequence[Development], *, shared: bool = True, percent: bool = False) -> str:
    """Draw small charts side by side, one per area.

    Lines are computed figures with their intervals, diamonds what was published before, dashes the target.

    Args:
        charts: The areas; those without points are left out.
        shared: Whether all have one scale.
        percent: Whether values lie between 0 and 100.

    Returns:
        The chart as SVG.

    Raises:
        EmptyChartError: No area has a point.
    """
    data = Datasets()
    shown = [one for one in charts if one.points]
    if not shown:
        raise EmptyChartError("development")
    shown_years = sorted(
        {point.year for one in shown for point in one.points} | {year for one in shown for year, _ in one.targets}
    )
    first, last = shown_years[0], shown_years[-1]
    series = list(dict.fromkeys(point.series for one in shown for point in one.points if point.series)) or [""]
    shift = {name: (index - (len(series) - 1) / 2) * 0.16 for index, name in enumerate(series)}
    rows: _Records = [
        {
            "area": one.title,
            "year": point.year + shift.get(point.series, 0),
            "value": point.value,
            "low": point.low,
            "high": point.high,
            "series": point.series,
            "kind": "published" if point.published else "own",
        }
        for one in shown
        for point in one.points
    ]
    rows += [
        {"area": one.title, "year": year, "value": value, "series": series[0], "kind": "target"}
        for one in shown
        for year, value in one.targets
    ]
    columns = min(4, len(shown))
    step = max(1, -(-(last - first) // 3))
    x = alt.X(
        "year:Q",
        scale=alt.Scale(domain=[first - 0.4, last + 0.4], nice=False),
        axis=alt.Axis(title=None, format="d", values=list(range(last, first - 1, -step)), grid=False),
    )
    domain = alt.Scale(domain=list(_span(shown, (0.0, 100.0) if percent else None)), nice=False, zero=False)
    y = alt.Y(
        "value:Q",
        # A label at the very top would lift the name of its chart above the others'.
        scale=domain if shared else alt.Scale(zero=True, nice=False, padding=8),
        axis=alt.Axis(title=None, tickCount=4, format=",~f"),
    )
    dash = alt.StrokeDash("series:N", scale=alt.Scale(domain=series, range=[[1, 0], [4, 3]]), legend=None)
    shape = alt.Shape("series:N", scale=alt.Scale(domain=series, range=["circle", "square"]), legend=None)
    base = alt.Chart()
    own, target = base.transform_filter("datum.kind === 'own'"), base.transform_filter("datum.kind === 'target'")
    flat = all(len(one.targets) < 2 for one in shown)  # noqa: PLR2004  # One year makes no line.
    layers = [
        target.mark_tick(color=INK, thickness=2, orient="horizontal").encode(x, y)
        if flat
        else target.mark_line(color=INK, strokeDash=[2, 3], strokeWidth=1.5).encode(x, y),
        # Intervals are bars and not lines, which would make a grid with those of the axis.
        own.transform_filter("isValid(datum.low)")
        .mark_bar(color=PRIMARY_LIGHT, size=6)
        .encode(x, alt.Y("low:Q"), y2="high:Q"),
        own.mark_line(color=PRIMARY, strokeWidth=2).encode(x, y, strokeDash=dash),
        own.mark_point(size=40, filled=True, opacity=1, color=PRIMARY).encode(x, y, shape=shape),
    ]
    if any(point.published for one in shown for point in one.points):
        layers.append(
            base.transform_filter("datum.kind === 'published'")
            .mark_point(size=60, shape="diamond", filled=True, opacity=1, fill=WHITE, stroke=INK, strokeWidth=1.5)
            .encode(x, y)
        )
    chart = (
        alt.layer(*layers, data=data.add(rows))
        .properties(width=(WIDTH - (40 if shared else 40 * columns) - 14 * columns) // 4, height=_SMALL)
        .facet(
            facet=alt.Facet(
                "area:N",
                sort=[one.title for one in shown],
                title=None,
                header=alt.Header(labelFontWeight=600, labelFontSize=12, labelColor=INK, labelAnchor="start"),
            ),
            columns=columns,
        )
        .resolve_scale(y="shared" if shared else "independent")
        # Else the axis of the last column stands under an empty place.
        .resolve_axis(x="independent")
        # Axes of different widths would push single charts out of line.
        .properties(bounds="full" if shared else "flush", spacing=20 if shared else 44)
    )
    return to_svg(chart, data)


def love_plot(panels: Sequence[tuple[str, Sequence[Balance]]], good: float, blocks: float) -> str:
    """Draw how alike two groups are, before and after matching.

    Args:
        panels: Title and covariates of each group of companies.
        good: The difference below which balance is good.
        blocks: The difference over which nothing is published.

    Returns:
        The chart as SVG.

    Raises:
        EmptyChartError: There are no covariates.
    """
    data = Datasets()
    rows: list[_Drawn] = []
    every = [abs(value) for _, balances in panels for one in balances for value in (one.before, one.after)]
    if not every:
        raise EmptyChartError("love plot")
    far = max(*every, blocks) * 1.1
    for title, balances in panels:
        if not balances:
            continue
        values: _Records = [
            {"label": one.label, "when": when, "value": value, "before": one.before, "after": one.after}
            for one in balances
            for when, value in (("før", one.before), ("efter", one.after))
        ]
        base = alt.Chart(data.add(values))
        y = alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=330, grid=True))
        x = alt.X(
            "value:Q",
            scale=alt.Scale(domain=[-far, far], nice=False),
            axis=alt.Axis(title="Standardiseret forskel", tickCount=7, format=".2~f", grid=False),
        )
        limits: _Records = [
            {"at": sign * at, "kind": kind} for at, kind in ((good, "god"), (blocks, "grænse")) for sign in (-1, 1)
        ]
        rows.append(
            alt.layer(
                alt.Chart(data.add(limits))
                .mark_rule()
                .encode(
                    x=alt.X("at:Q"),
                    strokeDash=alt.condition("datum.kind === 'god'", alt.value([2, 3]), alt.value([1, 0])),
                    color=alt.value(GREY),
                ),
                alt.Chart(data.add([{"at": 0}])).mark_rule(color=INK).encode(x=alt.X("at:Q")),
                base.mark_rule(color=GREY_LIGHT, strokeWidth=2).encode(y=y, x=alt.X("before:Q"), x2="after:Q"),
                base.mark_point(size=70, shape="circle", filled=True, opacity=1, stroke=PRIMARY, strokeWidth=2).encode(
                    y=y, x=x, fill=alt.condition("datum.when === 'efter'", alt.value(PRIMARY), alt.value(WHITE))
                ),
            ).properties(title=title, width=WIDTH - 300, height=alt.Step(_STEP))
        )
    return to_svg(alt.vconcat(*rows), data)


def waterfall(delivered: int, losses: Sequence[Loss], first: str, last: str) -> str:
    """Draw what left at each step.

    Args:
        delivered: What there was at first.
        losses: The steps; those that nothing left are drawn too, with a nought.
        first: Name of the first row.
        last: Name of the last one.

    Returns:
        The chart as SVG.

    Raises:
        EmptyChartError: There was nothing.
    """
    if delivered <= 0:
        raise EmptyChartError(first)
    data = Datasets()
    remaining = losses[-1].remaining if losses else delivered
    rows: _Records = [
        {"label": first, "from": 0, "to": delivered, "note": delivered, "kind": "all"},
        *(
            {
                "label": _wrapped(one.label),
                "from": one.remaining,
                "to": one.remaining + one.left,
                "note": -one.left,
                "kind": "left",
            }
            for one in losses
        ),
        {"label": last, "from": 0, "to": remaining, "note": remaining, "kind": "all"},
    ]
    lines = sum(max(1, str(row["label"]).count("|") + 1) for row in rows)
    base = alt.Chart(data.add(rows))
    y = alt.Y(
        "label:N",
        sort=None,
        title=None,
        axis=alt.Axis(
            labelExpr="split(datum.value, '|')",
            labelLimit=330,
            labelLineHeight=13,
            # Names of two lines stand around the middle of their bar.
            labelOffset={"condition": {"test": "indexof(datum.value, '|') > 0", "value": -7}, "value": 0},
        ),
        scale=alt.Scale(paddingInner=0.25),
    )
    scale = alt.Scale(domain=[0, delivered], nice=False)
    bars = base.mark_bar(stroke=PRIMARY, strokeWidth=1).encode(
        y=y,
        x=alt.X("from:Q", scale=scale, axis=alt.Axis(title=None, tickCount=4, format=",d")),
        x2="to:Q",
        fill=alt.condition("datum.kind === 'all'", alt.value(PRIMARY), alt.value(PRIMARY_LIGHT)),
    )
    width = WIDTH - 330 - 60
    notes = base.mark_text(align="left", baseline="middle").encode(
        y=y, x=alt.value(width + 8), text=alt.Text("note:Q", format=",d")
    )
    height = max(_STEP, _LINE * lines // len(rows) + 10) * len(rows)
    return to_svg(alt.layer(bars, notes).properties(width=width, height=height), data)


def ranges(panels: Sequence[tuple[str, Sequence[Spread]]], axis: str, targets: Sequence[float | None]) -> str:
    """Draw how far results lie apart: a band from least to largest, a stroke for each, a mark for the main one.

    Args:
        panels: Title and rows of each group.
        axis: Title of the axis.
        targets: The target of each group, or None.

    Returns:
        The chart as SVG.

    Raises:
        EmptyChartError: There are no values.
    """
    shown = [
        (title, rows, at) for (title, rows), at in zip(panels, targets, strict=True) if any(r.values for r in rows)
    ]
    if not shown:
        raise EmptyChartError(axis)
    data = Datasets()
    found = [value for _, rows, _ in shown for row in rows for value in row.values]
    found += [at for _, _, at in shown if at is not None]
    domain = _padded(min(found), max(found))
    drawn = []
    for title, rows, at in shown:
        values: _Records = [
            {"label": row.label, "value": value, "main": row.main} for row in rows for value in row.values
        ]
        base = alt.Chart(data.add(values))
        y = alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=330, grid=True))
        x = alt.X(
            "value:Q",
            scale=alt.Scale(domain=list(domain), nice=False, zero=False),
            axis=alt.Axis(title=axis if rows is shown[-1][1] else None, tickCount=6, format=",~f", grid=False),
        )
        layers: list[alt.Chart] = [
            base.mark_rule(color=GREY_LIGHT, strokeWidth=6).encode(y=y, x=alt.X("min(value):Q"), x2="max(value):Q"),
            base.mark_tick(orient="vertical", size=12, thickness=1.5, color=GREY_DARK).encode(y=y, x=x),
            base.transform_filter("isValid(datum.main)")
            .mark_point(size=80, shape="diamond", filled=True, opacity=1, color=PRIMARY)
            .encode(y=y, x=alt.X("max(main):Q")),
        ]
        if at is not None:
            layers.append(alt.Chart(data.add([{"at": at}])).mark_rule(color=INK, strokeWidth=2).encode(x=alt.X("at:Q")))
        drawn.append(alt.layer(*layers).properties(title=title, width=WIDTH - 350, height=alt.Step(_STEP)))
    return to_svg(alt.vconcat(*drawn), data)


def tile_map(tiles: Sequence[Tile], legend: Sequence[tuple[str, str, str]]) -> str:
    """Draw a map with one square tile for each municipality.

    Args:
        tiles: The municipalities with their place and what their tile shows.
        legend: Kind, sign and meaning of each kind of tile, in order.

    Returns:
        The map as SVG.

    Raises:
        EmptyChartError: There are no tiles.
    """
    if not tiles:
        raise EmptyChartError("tile map")
    data = Datasets()
    size = 39
    fills = {"above": PRIMARY_LIGHT, "within": WHITE, "below": PRIMARY, "absent": GREY_FAINT}
    inks = {"below": WHITE}
    columns = max(tile.column for tile in tiles) + 1
    rows = max(tile.row for tile in tiles) + 1
    squares: _Records = [
        {
            "x": tile.column * size,
            "y": tile.row * size,
            "x2": tile.column * size + size - 2,
            "y2": tile.row * size + size - 2,
            "mx": tile.column * size + (size - 2) / 2,
            "name": tile.short,
            "sign": tile.sign,
            "fill": fills[tile.kind],
            "ink": inks.get(tile.kind, INK),
        }
        for tile in tiles
    ]
    keys: _Records = [
        {
            "x": 0,
            "y": index * 24,
            "x2": 20,
            "y2": index * 24 + 20,
            "sign": sign,
            "meaning": meaning,
            "fill": fills[kind],
            "ink": inks.get(kind, INK),
        }
        for index, (kind, sign, meaning) in enumerate(legend)
    ]
    width, height = columns * size, rows * size
    scale_x, scale_y = alt.Scale(domain=[0, width], nice=False), alt.Scale(domain=[height, 0], nice=False)
    x, y = alt.X("x:Q", scale=scale_x, axis=None), alt.Y("y:Q", scale=scale_y, axis=None)
    base = alt.Chart(data.add(squares))
    middle = alt.X("mx:Q", scale=scale_x, axis=None)
    # The legend stands in the empty sea north-east of Jutland.
    key = alt.Chart(data.add([row | {"x": 8.2 * size, "x2": 8.2 * size + 20} for row in keys]))
    paint = alt.Fill("fill:N", scale=None)
    colour = alt.Color("ink:N", scale=None)
    layers = [
        base.mark_rect(stroke=GREY, strokeWidth=1).encode(x=x, y=y, x2="x2:Q", y2="y2:Q", fill=paint),
        base.mark_text(fontSize=10, dy=15).encode(x=middle, y=y, text="name:N", color=colour),
        base.mark_text(fontSize=13, fontWeight=700, dy=28).encode(x=middle, y=y, text="sign:N", color=colour),
        key.mark_rect(stroke=GREY, strokeWidth=1).encode(x=x, y=y, x2="x2:Q", y2="y2:Q", fill=paint),
        key.mark_text(fontSize=13, fontWeight=700, dx=10, dy=11).encode(x=x, y=y, text="sign:N", color=colour),
        key.mark_text(align="left", dx=28, dy=11).encode(x=x, y=y, text="meaning:N"),
    ]
    return to_svg(alt.layer(*layers).properties(width=width, height=height), data)


def _bold(names: Sequence[str]) -> alt.ConditionalAxisLabelFontWeight | dict[str, object]:
    """Set the names of the rows that stand out in bold."""
    test = " || ".join(f"datum.value === {name!r}" for name in names)
    return {"condition": {"test": test, "value": "bold"}, "value": "normal"}


def _domain(bars: Sequence[Bar], *, from_zero: bool, bounds: tuple[float, float] | None) -> tuple[float, float]:
    """Find the scale that holds every figure, interval and target."""
    found = [value for bar in bars for value in (bar.value, bar.low, bar.high, bar.target) if value is not None]
    if from_zero:
        return 0.0, max(*found, 1.0) * 1.05
    low, high = _padded(min(found), max(found))
    return (low, high) if bounds is None else (max(low, bounds[0]), min(high, bounds[1]))


def _span(charts: Sequence[Development], bounds: tuple[float, float] | None) -> tuple[float, float]:
    """Find the scale that holds every point, interval and target."""
    found = [
        value
        for one in charts
        for point in one.points
        for value in (point.value, point.low, point.high)
        if value is not None
    ]
    found += [value for one in charts for _, value in one.targets]
    low, high = _padded(min(found), max(found))
    return (low, high) if bounds is None else (max(low, bounds[0]), min(high, bounds[1]))


def _padded(low: float, high: float) -> tuple[float, float]:
    """Leave some room at both ends."""
    room = (high - low) * 0.06 or max(abs(high), 1.0) * 0.1
    return low - room, high + room


def _wrapped(label: str) -> str:
    """Break a long name into lines, apart by the sign that the axis splits at."""
    return "|".join(textwrap.wrap(label, _WRAP))
