"""A table as CSV (RFC 4180) with a header line; pure.

A text that a spreadsheet would run as a formula gets an apostrophe before it; spreadsheets then
treat it as text.

Arrow's own CSV writer is not used: it puts every text in quotation marks and writes small decimals
as 1E-9.
"""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from api.segments.tables.columns import SCHEMA

_END = "\r\n"
#: Rows whose texts are in memory at once. The texts of a whole page took 40 MB more.
_AT_ONCE = 4096
_NEEDS_QUOTES = '[",\r\n]'
_LOOKS_LIKE_A_FORMULA = r"^[=+\-@\t\r\n]"


def header() -> bytes:
    """Return the line of column names."""
    return (",".join(SCHEMA.names) + _END).encode()


def lines(batch: Any) -> bytes:
    """Return one line per row: null is empty, decimals end without zeros, instants are UTC."""
    return b"".join(
        _lines(batch.slice(start, _AT_ONCE)) for start in range(0, len(batch), _AT_ONCE)
    )


def _lines(batch: Any) -> bytes:
    cells = [_texts(column) for column in batch.columns]
    # Each line carries its own line end, so nothing is joined between lines.
    last = pc.binary_join_element_wise(
        cells[-1], pa.scalar(""), pa.scalar(_END), null_handling="replace", null_replacement=""
    )
    rows = pc.binary_join_element_wise(
        *cells[:-1], last, pa.scalar(","), null_handling="replace", null_replacement=""
    )
    one_list = pa.LargeListArray.from_arrays(pa.array([0, len(rows)], pa.int64()), rows)
    text: bytes = pc.binary_join(one_list, "")[0].as_buffer().to_pybytes()
    return text


def _texts(column: Any) -> Any:
    if pa.types.is_decimal(column.type):
        return _decimals(column)
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()  # each distinct value is formatted only once
    words = column.dictionary
    if pa.types.is_timestamp(words.type):
        words = pc.replace_substring(pc.strftime(words, "%Y-%m-%dT%H:%M:%SZ"), ".000000", "")
    elif pa.types.is_string(words.type):
        words = _quoted(_as_text(words))
    return words.cast(pa.string()).take(column.indices)


def _as_text(words: Any) -> Any:
    marked = pc.binary_join_element_wise(pa.scalar("'"), words, "")
    return pc.if_else(pc.match_substring_regex(words, _LOOKS_LIKE_A_FORMULA), marked, words)


def _quoted(words: Any) -> Any:
    doubled = pc.replace_substring(words, '"', '""')
    marked = pc.binary_join_element_wise(pa.scalar('"'), doubled, pa.scalar('"'), "")
    return pc.if_else(pc.match_substring_regex(words, _NEEDS_QUOTES), marked, words)


def _decimals(column: Any) -> Any:
    """Return the decimals as text, without zeros at the end."""
    scale = column.type.scale
    # Integers without a scale are never written with an exponent, so the scale is taken off first.
    whole = pa.Array.from_buffers(
        pa.decimal128(column.type.precision, 0),
        len(column),
        column.buffers(),
        offset=column.offset,
    ).cast(pa.string())
    sign = pc.if_else(pc.starts_with(whole, "-"), "-", "")
    digits = pc.utf8_lpad(pc.utf8_ltrim(whole, "-"), scale + 1, "0")
    before = pc.utf8_slice_codeunits(digits, 0, -scale)
    after = pc.utf8_slice_codeunits(digits, -scale)
    joined = pc.binary_join_element_wise(sign, before, pa.scalar("."), after, "")
    return pc.utf8_rtrim(pc.utf8_rtrim(joined, "0"), ".")
