"""Which tokens may come next, by llguidance; and whether a whole text is of a grammar."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ontopilot.errors import ConstraintMalformed
from ontopilot.models.structured.expression import Grammar
from ontopilot.models.structured.lark import write_lark

if TYPE_CHECKING:
    from llguidance import LLMatcher


class Vocabulary:
    """The tokens of a model, for which grammars are compiled.

    `tokenizer` is a `tokenizer.json` as text, `size` how many logits the model has, and `ends`
    the tokens that end an answer.
    """

    def __init__(self, tokenizer: str, *, size: int, ends: Iterable[int]) -> None:
        from llguidance import LLTokenizer

        self._tokens = LLTokenizer(tokenizer, n_vocab=size, eos_token=sorted(ends))
        self._special = {
            entry["content"]: entry["id"]
            for entry in json.loads(tokenizer).get("added_tokens", ())
            if entry["id"] < size and self._tokens.is_special_token(entry["id"])
        }

    def matcher(self, grammar: Grammar) -> "LLMatcher":
        """A matcher at the beginning of an answer.

        Raises:
            ConstraintMalformed: the grammar is too complex to be compiled.
        """
        return _matcher(self._tokens, write_lark(grammar, self._special))


def accepts(grammar: Grammar, text: str) -> bool:
    """Whether a whole text is of a grammar.

    Raises:
        ConstraintMalformed: the grammar is too complex to be compiled.
    """
    from llguidance import LLTokenizer

    matcher = _matcher(LLTokenizer("byte"), write_lark(grammar))
    letters = list(text.encode())
    return matcher.try_consume_tokens(letters) == len(letters) and matcher.is_accepting()


def _matcher(tokens: Any, lark: str) -> "LLMatcher":
    from llguidance import LLMatcher

    matcher = LLMatcher(tokens, LLMatcher.grammar_from_lark(lark), log_level=0)
    if matcher.is_error():
        said = matcher.get_error().strip().splitlines()[0]
        raise ConstraintMalformed(
            f"GenerationRequest: its grammar or schema is too complex to be kept ({said}); "
            "make it smaller"
        )
    return matcher
