"""Shares of a contract are exact fractions, however they are written."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridfeed.domain.declaration.contract import share_of, spelled_share


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("100%", Fraction(1)),
        ("100.00%", Fraction(1)),
        ("37.5%", Fraction(3, 8)),
        ("0.1%", Fraction(1, 1000)),
        ("99.999999999999%", Fraction(99_999_999_999_999, 100_000_000_000_000)),
        ("1/3", Fraction(1, 3)),
        ("6/8", Fraction(3, 4)),
        ("1/1", Fraction(1)),
    ],
)
def test_a_share_is_exact(text, share):
    assert share_of(text) == share


@pytest.mark.parametrize(
    "text",
    ["0%", "0.0%", "100.1%", "999%", "0/3", "4/3", "1/0", "1/3%", "0.5", "-1/3", "1 / 3", "half",
     "1/1000000000", "0.1234567890123%", ""],
)  # fmt: skip
def test_what_is_no_share_is_refused(text):
    with pytest.raises(ValueError, match="not a share above 0% and up to 100%"):
        share_of(text)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (Fraction(1), "100%"),
        (Fraction(2, 5), "40%"),
        (Fraction(1, 10), "10%"),
        (Fraction(3, 8), "37.5%"),
        (Fraction(1, 3), "1/3"),
        (Fraction(1, 10**9), "0.0000001%"),
    ],
)
def test_a_share_is_a_percentage_where_that_is_exact(share, text):
    assert spelled_share(share) == text


SHARES = st.fractions(0, 1, max_denominator=10**9 - 1).filter(bool)


@given(SHARES | st.integers(0, 28).map(lambda power: 1 - Fraction(1, 2**power) / 2))
def test_what_is_spelled_means_the_same_share(share):
    assert share_of(spelled_share(share)) == share
