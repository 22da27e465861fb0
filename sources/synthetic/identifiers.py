"""CVR numbers with valid check digits and P-numbers, far above the numbers in use."""

import numpy as np

from sources.synthetic.days import Flags, Ints

FIRST_CVR = 90_000_000
"""CVR numbers in use end far below; 90,000,000 upwards is ours."""

FIRST_P_NUMBER = 9_000_000_000
"""P-numbers in use begin with 1; ours begin with 9."""

LARGEST_REGISTER = 900_000
"""Companies that can be given a CVR number: there are 909,090 valid ones from 90 million upwards."""

_WEIGHTS = (2, 7, 6, 5, 4, 3, 2, 1)
_MODULUS = 11
_DIGITS = 8


def check_sums(cvr: Ints) -> Ints:
    """Weighted digit sum modulo 11 of 8-digit numbers; 0 means that the check digit is valid."""
    total = np.zeros(cvr.shape, dtype=np.int64)
    rest = cvr.copy()
    for weight in reversed(_WEIGHTS):
        total += weight * (rest % 10)
        rest //= 10
    return total % _MODULUS


def is_valid_cvr(cvr: Ints) -> Flags:
    """Whether each number has 8 digits and a valid check digit."""
    valid: Flags = (cvr >= 10 ** (_DIGITS - 1)) & (cvr < 10**_DIGITS) & (check_sums(cvr) == 0)
    return valid


def valid_cvr_numbers() -> Ints:
    """Every valid CVR number from 90,000,000 to 99,999,999, ascending."""
    stems = np.arange(FIRST_CVR, 10**_DIGITS, 10, dtype=np.int64)
    last = (-check_sums(stems)) % _MODULUS
    possible = last < 10  # noqa: PLR2004  A remainder of 10 has no digit: such stems are never issued.
    return (stems + last)[possible]
