"""Removes secrets from texts: from every log line and every printed fault; pure.

Known secrets are removed everywhere. Unknown secrets are recognised by place or shape: the query
and the user of an address, the credentials of a header, Gridfeed's tokens and signing secrets.
"""

import json
import re
from collections.abc import Iterable
from urllib.parse import quote

MASK = "***"
#: Shorter secrets are not looked for: they would mask words.
SHORTEST = 6

#: A character inside a word of a log line, whether the line is quoted, JSON or plain.
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
    # tokens of `gridfeed clients create`, secrets of Standard Webhooks, tokens of OAuth
    (re.compile(r"\b(gf_|whsec_)[\w+/=-]{8,}"), rf"\1{MASK}"),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*"), MASK),
)


class Redaction:
    """Masks secrets in any text."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Take the known secrets in plain text."""
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
