"""The synthetic Denmark looks like the real one where measures depend on it."""

from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.synthetic import SyntheticSettings, TrueEffect, geography
from sources.synthetic.accounts import OUTCOME_YEARS, Accounts, with_effect
from sources.synthetic.awareness import make_wave
from sources.synthetic.errors import SyntheticSeedError
from sources.synthetic.evaluations import BLANK, Evaluations
from sources.synthetic.geography import HOUSES, read_geography
from sources.synthetic.guidance import Courses, first_treatments
from sources.synthetic.identifiers import FIRST_CVR, FIRST_P_NUMBER, check_sums, is_valid_cvr, valid_cvr_numbers
from sources.synthetic.randomness import draw_codes, draw_weighted, generator
from sources.synthetic.write import Block, Register, make_block, make_register

SETTINGS = SyntheticSettings(today=date(2026, 10, 31), scale=0.25, clean=True, effect=TrueEffect(40.0, 20.0, 10.0))

SOME_VALID = valid_cvr_numbers()[::997].tolist()


@pytest.fixture(scope="module")
def register() -> Register:
    """A quarter of Denmark's companies."""
    return make_register(SETTINGS)


@pytest.fixture(scope="module")
def block(register: Register) -> Block:
    """A quarter of Denmark's guidance, without dirt."""
    return make_block(SETTINGS, register, 0)


def test_cvr_numbers_are_valid_unique_and_far_above_those_in_use(register: Register) -> None:
    """Without it a synthetic row could be mistaken for a real company's."""
    numbers = register.companies.cvr
    assert numbers.min() >= FIRST_CVR
    assert FIRST_CVR == 90_000_000
    assert is_valid_cvr(numbers).all()
    assert np.unique(numbers).size == numbers.size
    assert not np.isin(register.companies.spare_cvr, numbers).any()


def test_the_check_digit_agrees_with_a_known_number() -> None:
    """Without it a wrong weight would go unseen: 10150817 is the Danish Business Authority's own number."""
    assert is_valid_cvr(np.array([10150817, 10150818, 1015081, 101508170])).tolist() == [True, False, False, False]


@given(st.sampled_from(SOME_VALID), st.integers(1, 9))
def test_changing_the_last_digit_always_breaks_a_number(number: int, step: int) -> None:
    """Without it a planted fault could by chance be a valid number."""
    changed = number - number % 10 + (number % 10 + step) % 10
    assert check_sums(np.array([changed]))[0] != 0


def test_p_numbers_have_ten_digits_and_some_change_hands(register: Register) -> None:
    """Without it the rule about the unit on the day of guidance would never meet a unit that moved."""
    units = register.units
    assert ((units.number >= FIRST_P_NUMBER) & (units.number < 10**10)).all()
    owners = Counter(units.number.tolist())
    assert any(count > 1 for count in owners.values())
    keys = np.stack([units.number, units.company, units.start])
    assert np.unique(keys, axis=1).shape[1] == units.number.size


def test_companies_are_spread_as_the_population(register: Register) -> None:
    """Without it every comparison with a population-based share would be off by design."""
    geography = register.geography
    counted = np.bincount(register.companies.municipality, minlength=len(geography.code)) / len(register.companies)
    tolerance = 5 * np.sqrt(geography.shares / len(register.companies))
    assert (np.abs(counted - geography.shares) < tolerance).all()
    assert len(geography.code) == 98


def test_most_companies_are_tiny_and_growth_has_heavy_tails(register: Register) -> None:
    """Without it the effect step would be tried on data nicer than the register's."""
    accounts = register.accounts
    there = accounts.present[:, 4] & accounts.present[:, 6]
    growth = np.log(accounts.revenue[there, 6] / accounts.revenue[there, 4])
    centred = growth - growth.mean()
    assert (register.companies.employees < 1.5).mean() > 0.6
    assert (centred**4).mean() / (centred**2).mean() ** 2 > 4


def test_courses_differ_in_type_and_stay_inside_the_life_of_their_company(register: Register, block: Block) -> None:
    """Without it clean courses would break the rule about companies that have ceased."""
    courses, companies = block.guidance.courses, register.companies
    known = courses.company >= 0
    assert np.bincount(courses.kind).tolist() == sorted(np.bincount(courses.kind).tolist(), key=lambda count: -count)
    assert (courses.start[known] >= companies.start[courses.company[known]]).all()
    assert (block.guidance.last_day[known] < companies.end[courses.company[known]]).all()


def test_response_and_scores_lie_where_real_ones_do_and_differ_by_house(block: Block) -> None:
    """Without it every goal would be met by all or by none, and the statement would show nothing."""
    answers: Evaluations = block.evaluations
    house = block.guidance.courses.house[answers.course]
    given = answers.recommend != BLANK
    response = [given[house == number].mean() for number in range(len(HOUSES))]
    score = [
        100 * ((answers.recommend[mask] >= 9).mean() - (answers.recommend[mask] <= 6).mean())
        for mask in (given & (house == number) for number in range(len(HOUSES)))
    ]
    assert 0.38 < min(response) < max(response) < 0.65
    assert 45 < min(score) < 70 < max(score) < 90


def test_awareness_weights_undo_the_sample_design(register: Register) -> None:
    """Without it weighted and unweighted awareness would be the same and a missing weight would go unseen."""
    wave = make_wave(SETTINGS, register.geography, register.companies, 2025)
    assert wave.weight.mean() == pytest.approx(1, abs=1e-5)
    assert (wave.weight > 0).all()
    known = np.average(wave.heard == 0, weights=wave.weight)
    assert abs(known - (wave.heard == 0).mean()) > 0.01
    assert ((wave.offers != BLANK) == (wave.heard == 0)).all()
    sampled = np.bincount(wave.house)
    assert sampled.max() - sampled.min() <= 0.02 * sampled.max()


def _growth(matrix: np.ndarray, accounts: Accounts, rows: np.ndarray, base: int, out: int) -> np.ndarray:
    """Growth in per cent; a company that closed counts as -100."""
    first, last = base - accounts.first_year, out - accounts.first_year
    later = np.where(accounts.present[rows, last], matrix[rows, last], 0.0)
    return 100 * (later / matrix[rows, first] - 1)


def test_the_planted_effect_can_be_found_again(register: Register, block: Block) -> None:
    """Without it a wrong effect step could not be told from a wrong Denmark."""
    treatments, companies = block.treatments, register.companies
    accounts = with_effect(register.accounts, treatments, SETTINGS.effect)
    guided = np.zeros(len(companies), dtype=bool)
    guided[block.guidance.courses.company[block.guidance.courses.company >= 0]] = True
    found, expected, weight = [], [], []
    for base in range(2019, 2023):
        end = base + 1
        chosen = (treatments.baseline == base) & (treatments.end == end) & treatments.growth
        for size in range(1, 4):
            alike = (companies.size == size) & accounts.present[:, base - accounts.first_year] & companies.guidable
            treated = treatments.company[chosen][alike[treatments.company[chosen]]]
            pool = np.flatnonzero(alike & ~guided)
            own = _growth(accounts.revenue, accounts, treated, base, end + OUTCOME_YEARS)
            other = _growth(accounts.revenue, accounts, pool, base, end + OUTCOME_YEARS)
            low, high = np.percentile(np.concatenate([own, other]), [2, 98])
            found.append(np.clip(own, low, high).mean() - np.clip(other, low, high).mean())
            expected.append(40.0 * accounts.present[treated, end + OUTCOME_YEARS - accounts.first_year].mean())
            weight.append(treated.size)
    assert np.average(found, weights=weight) == pytest.approx(np.average(expected, weights=weight), abs=9)


def test_the_effect_is_exact_for_those_who_survive(register: Register, block: Block) -> None:
    """Without it the truth would be a tendency and not a number: the added points are exact per company."""
    treatments = block.treatments
    accounts = with_effect(register.accounts, treatments, SETTINGS.effect)
    years = register.accounts.revenue.shape[1]
    base = treatments.baseline - accounts.first_year
    out = treatments.end + OUTCOME_YEARS - accounts.first_year
    inside = (base >= 0) & (out < years)
    rows, base, out = treatments.company[inside], base[inside], out[inside]
    growth = treatments.growth[inside]
    before, after = register.accounts.revenue, accounts.revenue
    added = 100 * (after[rows, out] - before[rows, out]) / before[rows, base]
    assert np.allclose(added[growth], SETTINGS.effect.revenue)
    per_head = 100 * np.log(after[rows, out] / before[rows, out])
    assert np.allclose(per_head[~growth], SETTINGS.effect.productivity)
    staff = np.flatnonzero(growth & (register.accounts.employees[rows, base] > 0))
    more = accounts.employees[rows, out] - register.accounts.employees[rows, out]
    assert np.allclose(100 * more[staff] / register.accounts.employees[rows, base][staff], SETTINGS.effect.employment)
    assert (accounts.employees[rows, out][~growth] == register.accounts.employees[rows, out][~growth]).all()


def test_guidance_less_than_a_year_apart_is_one_treatment(block: Block) -> None:
    """Without it a company guided twice in a row would get its effect from the wrong year on."""
    rows = np.array([0, 1, 2])
    columns = {name: column[rows].copy() for name, column in vars(block.guidance.courses).items()}
    columns |= {
        "company": np.array([7, 7, 7]),
        "kind": np.zeros(3, dtype=np.int64),
        "start": np.array([18000, 18300, 19900]),
        "end": np.array([18100, 18400, 20000]),
    }
    found = first_treatments(Courses(**columns))
    assert (found.company.tolist(), found.baseline.tolist(), found.end.tolist()) == ([7], [2018], [2020])


def test_draws_keep_to_their_weights() -> None:
    """Without it a company without interest could be drawn, or a pool smaller than the demand would stop the run."""
    rng = generator(1, "test")
    weights = np.array([0.0, 1.0, 5.0, 0.0])
    assert set(draw_weighted(rng, weights, 1).tolist()) <= {1, 2}
    assert set(draw_weighted(rng, weights, 50).tolist()) == {1, 2}
    assert draw_weighted(rng, weights * 0, 3).size == 0
    assert draw_codes(rng, np.array([0.0, 1.0]), 10).tolist() == [1] * 10


def test_seeds_are_named_so_that_tables_do_not_shift_each_other() -> None:
    """Without it one more table would change every figure of the others."""
    draws = {name: generator(1, name).random() for name in ("a", "b")}
    assert draws["a"] != draws["b"]
    assert generator(1, "a").random() == draws["a"]
    assert generator(1, "a", 1).random() != draws["a"]


def test_missing_seed_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without it a broken checkout would fail with a bare number."""
    monkeypatch.setattr(geography, "SEEDS", tmp_path)
    with pytest.raises(SyntheticSeedError, match=r"municipalities\.csv"):
        read_geography()
    (tmp_path / "municipalities.csv").write_text("kommunekode\n0101\n", encoding="utf-8")
    with pytest.raises(SyntheticSeedError, match="befolkning_2026"):
        read_geography()
