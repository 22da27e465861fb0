"""What is said of an effect on the terminal."""

from __future__ import annotations

from dataclasses import replace

from rich.console import Console, Group

from exports.explain_effect import EffectExplanation, Likeness, Method
from orchestration.terminal.effect_explanation import effect_parts

METHOD = Method("607875092a574b62", 2, 12, 100, 1, 5, 20, 0.5, 1.0, 30, 0.1, 0.25, 85)
EFFECT = EffectExplanation(
    method=METHOD,
    scope="cohort",
    end_years=(2023,),
    n_eligible=1_000,
    n_treated=952,
    n_controls=4_433,
    max_reuse=1,
    matched_share=95.2,
    treated_mean=23.84,
    control_mean=11.92,
    lowest=10.81,
    highest=16.21,
    placebo=(1.66, -1.53, 4.85),
    reason=None,
    likeness=(Likeness("Omsætning", 0.38, 0.005, "good"), Likeness("Alder", -0.41, -0.12, "acceptable")),
)


def _said(effect: EffectExplanation, value: float | None) -> str:
    console = Console(width=2_000, no_color=True)
    with console.capture() as captured:
        console.print(Group(*effect_parts(effect, value)))
    return captured.get()


def test_the_arithmetic_shows_what_the_correction_moved() -> None:
    """Without it the rows would average to another figure than the one printed, and nobody would see why."""
    said = " ".join(_said(EFFECT, 12.50).split())
    assert "Forskel før korrektion 11,92 procentpoint" in said
    assert "efterlader 0,58 procentpoint" in said
    assert "Mervækst 12,50 procentpoint" in said


def test_balance_is_said_in_words_with_its_limits() -> None:
    """Without it a reader would have to know what a standardised difference of 0.12 means."""
    said = _said(EFFECT, 12.50)
    assert "Den største var 0,41 før matchningen og er 0,12 efter (alder)." in said
    assert "Under 0,10 er grupperne ens, og over 0,25 må tallet ikke offentliggøres." in said
    assert "næsten ens" in said


def test_a_placebo_that_finds_something_is_said_to() -> None:
    """Without it a difference that was there before the guidance would be read as its effect."""
    assert "Som ventet findes ingen sikker forskel" in _said(EFFECT, 12.50)
    assert "Mod forventning findes en sikker forskel" in _said(replace(EFFECT, placebo=(3.0, 0.1, 5.9)), 12.50)
    assert "før vejledningen, hvor" not in _said(replace(EFFECT, placebo=None), 12.50)


def test_cohorts_put_together_are_said_to_be() -> None:
    """Without it a house would read a figure of five years as that of one."""
    said = _said(replace(EFFECT, scope="pooled", end_years=(2019, 2020, 2023)), 12.50)
    assert "sluttede i 2019-2023. Årgangen 2023 alene har for få virksomheder" in said


def test_a_figure_that_may_not_be_shown_is_a_reason_and_no_number() -> None:
    """Without it a figure on nine companies would be printed under its own warning."""
    hidden = replace(EFFECT, treated_mean=None, control_mean=None, lowest=None, highest=None, reason="Kun 12 er med.")
    said = _said(hidden, None)
    assert "Tallet vises ikke. Kun 12 er med." in said
    assert "procentpoint" not in said
