"""Integers to decimal texts, against plain decimal arithmetic."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from api.web.amounts import decimal_texts

AMOUNTS = st.lists(st.none() | st.integers(-(10**24), 10**24) | st.integers(-2000, 2000))


@given(AMOUNTS, st.sampled_from([3, 6, 9, 12]))
def test_a_text_is_the_amount_with_its_point_moved_and_all_decimals(
    amounts: list[int | None], decimals: int
) -> None:
    texts = decimal_texts(amounts, decimals, "<", ">")
    assert len(texts) == len(amounts)
    for amount, text in zip(amounts, texts, strict=True):
        if amount is None:
            assert text == "null"
            continue
        sign = "-" if amount < 0 else ""
        whole, part = divmod(abs(amount), 10**decimals)
        assert text == f"<{sign}{whole}.{part:0{decimals}d}>"
        assert Decimal(text[1:-1]).scaleb(decimals) == Decimal(amount)


def test_amounts_may_come_from_anywhere_and_be_none_at_all() -> None:
    assert decimal_texts((n for n in (5, None, -5)), 3) == ["0.005", "null", "-0.005"]
    assert decimal_texts([], 3) == []
