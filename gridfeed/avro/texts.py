"""Texts of many messages as a column: each distinct text is created once.

Equal texts are found without a sort and without a Python object for each. A hash of its bytes gives
every row a slot in a table, and the row writes its number there. A row with the same bytes as the
last writer of its slot shares that row's text. The few rows that share a slot with a different
text, and texts too long to be compared word by word, are looked up one by one.
"""

import numpy as np

from gridfeed.avro.batch import Batch, Mask, Words
from gridfeed.avro.telemetry import TextColumn
from gridfeed.domain.telemetry.samples import Int64

#: Longer texts are looked up one by one: that is faster, and needs no room in every row.
LONGEST_COMPARED = 64
#: Fewer rows than this are all looked up one by one.
_FEW_ROWS = 200
_WORD = 8
# Masks of the lowest bytes of a word, by the number of bytes that belong to the text.
_TAILS = np.array([(1 << 8 * count) - 1 for count in range(_WORD + 1)], np.uint64)
_MULTIPLIER = 0x9E37_79B9_7F4A_7C15
_SLOTS_PER_ROW = 4


def read_texts(batch: Batch, places: Int64, lengths: Int64) -> tuple[TextColumn, Mask]:
    """Return the texts that start at these places, and which rows are UTF-8.

    lengths: in bytes. A row that is no UTF-8 has an empty text.
    """
    ends = places + lengths
    firsts, codes = _alike(batch, places, lengths)
    found = _stretches(batch, places[firsts], ends[firsts])
    rest = np.flatnonzero(codes < 0)
    if len(rest):
        codes[rest] = _numbered(_stretches(batch, places[rest], ends[rest]), found)
    try:
        return TextColumn([text.decode() for text in found], codes), np.ones(len(codes), bool)
    except UnicodeDecodeError:
        texts = [_decoded(text) for text in found]
    valid = np.array([text is not None for text in texts], bool)
    return TextColumn([text or "" for text in texts], codes), valid[codes]


def _alike(batch: Batch, places: Int64, lengths: Int64) -> tuple[Int64, Int64]:
    """Return rows of different texts, and for each row the index of an equal one, -1 if none."""
    codes = np.full(len(places), -1)
    rows = np.flatnonzero(lengths <= LONGEST_COMPARED)
    if len(rows) < _FEW_ROWS:
        return rows[:0], codes
    words = _words(batch, places[rows], lengths[rows])
    slots = _slots(words)
    table = np.empty(int(slots.max()) + 1, np.int64)
    table[slots] = np.arange(len(rows))
    like = table[slots]
    same: Mask = np.ones(len(rows), bool)
    for word in words:
        same &= word == word[like]
    told = np.zeros(len(rows), bool)
    told[like] = True
    numbers = np.cumsum(told) - 1
    codes[rows] = np.where(same, numbers[like], -1)
    return rows[told], codes


def _words(batch: Batch, places: Int64, lengths: Int64) -> list[Words]:
    """Return each text in words of eight bytes, padded with zeros, preceded by its length."""
    words = [lengths.astype(np.uint64)]
    for place in range(0, int(lengths.max()), _WORD):
        left = np.clip(lengths - place, 0, _WORD)
        words.append(batch.words(np.where(left, places + place, 0)) & _TAILS[left])
    return words


def _slots(words: list[Words]) -> Int64:
    hashes = np.zeros_like(words[0])
    for word in words:
        hashes = (hashes ^ word) * np.uint64(_MULTIPLIER)
        hashes ^= hashes >> 32
    bits = (_SLOTS_PER_ROW * len(hashes)).bit_length()
    return (hashes & ((1 << bits) - 1)).view(np.int64)


def _stretches(batch: Batch, starts: Int64, ends: Int64) -> list[bytes]:
    pairs = zip(starts.tolist(), ends.tolist(), strict=True)
    return [batch.joined[start:end] for start, end in pairs]


def _numbered(texts: list[bytes], found: list[bytes]) -> list[int]:
    """Return the place in `found` of each text; new texts are appended to it."""
    numbers = {text: number for number, text in enumerate(dict.fromkeys(texts), len(found))}
    found += numbers
    return [numbers[text] for text in texts]


def _decoded(text: bytes) -> str | None:
    try:
        return text.decode()
    except UnicodeDecodeError:
        return None
