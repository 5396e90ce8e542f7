"""Texts without the secrets in them, as every log line and every printed fault is; pure.

Known secrets go wherever they stand. What nobody told us goes by its place or its shape: the query
and the user of an address, the credentials of a header, tokens and signing secrets of ours.
"""

import json
import re
from collections.abc import Iterable
from urllib.parse import quote

MASK = "***"
#: Secrets that are shorter are looked for nowhere: they would mask words.
SHORTEST = 6

#: What ends a word of a log line, quoted or as JSON or not at all.
_WORD = r"""[^\s"'<>\\]"""
_QUERY = re.compile(rf"(?<=[\w/.:\]%-])\?({_WORD}+)")
_RULES = (
    # user:password@ of an address
    (re.compile(r"""(?<=://)[^\s/"'<>\\]*@"""), f"{MASK}@"),
    (
        re.compile(rf"(?i)(\bauthorization\W{{1,5}}(?:b['\"])?(?:bearer|basic) +){_WORD}+"),
        rf"\1{MASK}",
    ),
    (re.compile(rf"(?i)(\b(?:access_token|token|password|secret)=){_WORD}+"), rf"\1{MASK}"),
    # of `gridfeed clients create`, of Standard Webhooks, of OAuth
    (re.compile(r"\b(gf_|whsec_)[\w+/=-]{8,}"), rf"\1{MASK}"),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*"), MASK),
)


class Redaction:
    """Masks what is secret in any text."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Take the secrets that are known, in plain."""
        long = [each for each in secrets if len(each) >= SHORTEST]
        forms = {form for each in long for form in (each, json.dumps(each)[1:-1], quote(each))}
        self._secrets = sorted(forms, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """Return the text without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        text = _QUERY.sub(lambda found: f"?{MASK}" if "=" in found[1] else found[0], text)
        for pattern, mask in _RULES:
            text = pattern.sub(mask, text)
        return text
