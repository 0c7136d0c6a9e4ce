"""Cited claims as JSON, for engines that keep a schema, read while they stream."""

import json
import re
from collections.abc import Sequence
from typing import Any

from ontopilot.orchestrator.cited import CitedSentence, read_sentence
from ontopilot.prose import split

MOST_IDS = 4
"""Sources that one claim may cite."""

_WORD = r"[^ \[\]\\\x00-\x1f]+"
_TEXT = f"^{_WORD}( {_WORD}){{0,39}}$"
"""A sentence of free prose without brackets, which might cite what there is none of.

It ends by a number of words: a number of characters costs ten milliseconds a token to keep.
"""

_OPENED = re.compile(r'\s*\{\s*"claims"\s*:\s*\[')


def claims_schema(numbers: Sequence[int], *, most: int) -> str:
    """A JSON schema of at most so many claims that cite the sources of these numbers alone."""
    claim = _object(
        text={"type": "string", "pattern": _TEXT},
        ids={
            "type": "array",
            "items": {"type": "integer", "enum": list(numbers)},
            "minItems": 1,
            "maxItems": MOST_IDS,
        },
    )
    return json.dumps(_object(claims={"type": "array", "items": claim, "maxItems": most}))


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


class ClaimStream:
    """Takes a draft apart into sentences as its claims are completed.

    A claim of several sentences is several that cite the same. What is no claim is passed over;
    the claim that a cut answer ends with is, too.

        >>> stream = ClaimStream()
        >>> stream.feed('{"claims":[{"text":"It is blue.","ids":[2')
        ()
        >>> stream.feed(']},{"text":"It')
        (CitedSentence(text='It is blue.', markers=(2,)),)
    """

    def __init__(self) -> None:
        self._decoder = json.JSONDecoder()
        self._buffer = ""
        self._listed = False

    def feed(self, text: str) -> tuple[CitedSentence, ...]:
        """Add text; the sentences of the claims that it completes."""
        self._buffer += text
        if not self._listed:
            opened = _OPENED.match(self._buffer)
            if opened is None:
                return ()
            self._listed, self._buffer = True, self._buffer[opened.end() :]
        elif "}" not in text:
            return ()
        return tuple(sentence for claim in self._claims() for sentence in _sentences(claim))

    def finish(self) -> tuple[CitedSentence, ...]:
        """Nothing: a claim counts when it is complete."""
        self._buffer, self._listed = "", False
        return ()

    def _claims(self) -> list[Any]:
        """The claims that are complete, which leave the buffer."""
        found = []
        while (start := self._buffer.find("{")) >= 0:
            try:
                claim, end = self._decoder.raw_decode(self._buffer, start)
            except (ValueError, RecursionError):
                break
            found.append(claim)
            self._buffer = self._buffer[end:]
        return found


def _sentences(claim: Any) -> list[CitedSentence]:
    if not isinstance(claim, dict):
        return []
    text, ids = claim.get("text"), claim.get("ids")
    if not isinstance(text, str) or not isinstance(ids, list):
        return []
    numbers = [one for one in ids if type(one) is int]
    pieces = (read_sentence(text[start:end]) for start, end in split(text))
    return [
        CitedSentence(one.text, tuple(dict.fromkeys((*numbers, *one.markers))))
        for one in pieces
        if one is not None
    ]
