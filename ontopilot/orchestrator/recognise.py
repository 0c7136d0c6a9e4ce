"""Recognising that a message asks for an action, and for which."""

import re
from collections.abc import Sequence

import numpy as np

from ontopilot.models.encoder import Encoder
from ontopilot.ontology.ontology import Ontology
from ontopilot.ontology.terms import Mention
from ontopilot.orchestrator.declared import BoundAction
from ontopilot.prose import content_words, split, stem

ASKS, ASKS_ABOUT_A_RECORD = 0.62, 0.35
"""Scores from which a sentence is a request: of its own, and when it names a business record.

Who names an order wants something done with it, so that less has to be said for it.
"""

NAMES_EFFECT = 0.15
"""Added where the sentence names the effect: `exchange A-10001 for a fresh one`."""

ABOUT = 0.3
"""Taken off where a sentence only asks about something: `How long can I return a kettle?`."""

LEAST_WORDS = 3
"""Names of an effect with as many words are examples of asking for it."""

NAMED = 0.9
"""Score of a mention from which its words are the name of a thing, not a form of it."""

MOST_SENTENCES = 8

_ASKS_ABOUT = re.compile(
    r"^\s*(how (long|much|many|do|does|can)|what|which|when|why|who|is it|are|do you|does|can i|"
    r"could i|may i|am i|will)\b",
    re.IGNORECASE,
)


class Recogniser:
    """The actions of an agent, with examples of how people ask for them encoded.

    Examples are those of the agent, the action's description, and the names that the ontology
    gives its effect, if they are phrases: an ontology editor teaches an agent by a synonym.
    """

    def __init__(
        self, actions: Sequence[BoundAction], ontology: Ontology, encoder: Encoder
    ) -> None:
        self._actions = actions
        self._ontology = ontology
        self._encoder = encoder
        pairs = [(text, at) for at, bound in enumerate(actions) for text in self._examples(bound)]
        self._owners = np.array([at for _, at in pairs], dtype=np.int64)
        self._vectors = encoder.encode([text for text, _ in pairs]) if pairs else None

    def _examples(self, bound: BoundAction) -> list[str]:
        term = self._ontology.term(bound.effect)
        names = [n for n in (term.label, *term.synonyms) if len(n.split()) >= LEAST_WORDS]
        texts = (*bound.action.examples, bound.action.description, *names)
        return [text for text in dict.fromkeys(texts) if text]

    def recognise(self, message: str, mentions: Sequence[Mention]) -> tuple[int, float] | None:
        """The position of the action that a message asks for and its score, or None.

        The score of a sentence is the cosine of its nearest example. Records and products count
        as `my order` and `it`, so that which one is meant makes no difference.
        """
        if self._vectors is None:
            return None
        spans = self._asking(list(split(message)), message, mentions)[:MOST_SENTENCES]
        texts = [self._general(message, span, mentions) for span in spans]
        if not texts:
            return None
        similar = self._vectors @ self._encoder.encode(texts).T
        record = any(mention.value for mention in mentions)
        best: tuple[int, float] | None = None
        for at, bound in enumerate(self._actions):
            own = similar[self._owners == at].max(axis=0, initial=-1.0)
            for span, cosine in zip(spans, own, strict=True):
                score = float(cosine) + self._shift(bound, message, span, mentions, record=record)
                if best is None or score > best[1]:
                    best = (at, score)
        least = ASKS_ABOUT_A_RECORD if record else ASKS
        return best if best is not None and best[1] >= least else None

    def _asking(
        self, spans: list[tuple[int, int]], message: str, mentions: Sequence[Mention]
    ) -> list[tuple[int, int]]:
        """The sentences that say more than which record is meant, if any does.

        `It was order A-10001.` asks for nothing, though it is near to `Where is my order?`.
        """
        records = [m for m in mentions if m.value]
        labels = {stem(w) for m in records for w in content_words(self._ontology.label(m.iri))}
        codes = {stem(w) for m in records for w in content_words(m.text)}
        said = [{stem(w) for w in content_words(message[start:end])} for start, end in spans]
        kept = [span for span, own in zip(spans, said, strict=True) if own - labels - codes]
        return kept or spans

    def _shift(
        self,
        bound: BoundAction,
        message: str,
        span: tuple[int, int],
        mentions: Sequence[Mention],
        *,
        record: bool,
    ) -> float:
        named = any(
            not mention.value
            and span[0] <= mention.start < span[1]
            and self._ontology.is_a(mention.iri, bound.effect)
            for mention in mentions
        )
        about = not record and bool(_ASKS_ABOUT.match(message[span[0] : span[1]]))
        if named and bound.hands_over:
            about = False  # "Can I talk to a person?" asks for nothing else
        return NAMES_EFFECT * named - ABOUT * about

    def _is_named(self, mention: Mention) -> bool:
        """Whether a thing is called by its name; `cancel` does not name the state `cancelled`."""
        return mention.score >= NAMED and self._ontology.term(mention.iri).kind == "individual"

    def _general(self, message: str, span: tuple[int, int], mentions: Sequence[Mention]) -> str:
        """A sentence with `my order` for a record and `it` for any other thing it names."""
        at, end = span
        parts: list[str] = []
        for mention in sorted(mentions, key=lambda m: (m.start, -m.end)):
            if mention.start < at or mention.end > end or mention.start == mention.end:
                continue
            if mention.value:
                said = f"my {self._ontology.label(mention.iri)}"
            elif self._is_named(mention):
                said = "it"
            else:
                continue
            parts += [message[at : mention.start], said]
            at = mention.end
        return "".join([*parts, message[at:end]])
