"""Understanding a message: its terms, what a follow-up leaves out, yes and no, the intent."""

import re
from collections.abc import Sequence
from dataclasses import replace

from ontopilot.errors import QuestionError
from ontopilot.ontology.ontology import Ontology
from ontopilot.ontology.terms import Fact, Iri, Mention
from ontopilot.ontology.vocabulary import RDF_TYPE
from ontopilot.prose import STOP_WORDS, content_words, quantities, split, tokens

LONGEST = 20_000
"""Characters of a question."""

_YES = re.compile(
    r"^\W*(yes|yeah|yep|sure|ok|okay|please do|go ahead|do it|confirm(ed)?|i agree|ja)\b",
    re.IGNORECASE,
)
_NO = re.compile(r"^\W*(no|nope|stop|cancel|don'?t|do not|never mind|nein)\b", re.IGNORECASE)
_PRONOUN = re.compile(
    r"\b(it|its|they|them|their|this|that|these|those|the (?:same|first|second|other) one)\b",
    re.IGNORECASE,
)
_TROUBLE = re.compile(
    r"\b(won'?t|doesn'?t|does not|will not|not working|stopped|stops|keeps|broken|broke|leak\w*|"
    r"error|fail\w*|fault\w*|smell\w*|noise|noisy|blink\w*|drops?|dropping|slow|dead|stuck|"
    r"wrong with|trip\w*|burn\w*|problem|trouble)\b",
    re.IGNORECASE,
)
_HOW = re.compile(
    r"\b(?:how (?:do|can|should|to)\b|how (?:is|are|was) [^?.!]*\w(?:ed|en)\b|steps?\b|"
    r"(?:best|correct|easiest|proper|right) way to\b)",
    re.IGNORECASE,
)
_OPEN = re.compile(r"\b(?:how|when|where|why|wie|wann|wo|warum)\b[^?.!]*\?", re.IGNORECASE)
_LIST = re.compile(
    r"\b(?:(?:which|what)\b[^?.!]*\b(?:do you|you (?:actually |currently )?)\s*(?:\w+ )?"
    r"(?:sell|have|carry|offer|stock|got)|"
    r"(?:list|name|show me)\b[^?.!]{0,20}\b(?:all|every|the|your)|"
    r"what kinds? of|what types? of|(?:all|every) (?:the |of the |your )?\w+s? (?:that )?you)\b",
    re.IGNORECASE,
)
NAMED = 0.8
"""The score from which a mention names a kind; a verb (`ironing` for `iron`) has less."""

MOST_LISTED = 12
"""Members of a kind that may be listed; of more, a customer has to say more."""

_MORE = re.compile(
    r"\b(how (?:do|can|should|to)|why|can i|could i|should i|what if|steps?)\b", re.I
)


def check_question(question: object) -> str:
    """The question as text, trimmed.

    Raises:
        QuestionError: it is empty, longer than 20,000 characters, or not text.
    """
    if not isinstance(question, str):
        raise QuestionError(
            f"question: expected text, got {type(question).__name__}; pass a string"
        )
    if "\x00" in question or any("\ud800" <= letter <= "\udfff" for letter in question):
        raise QuestionError("question: it holds bytes that are not text; send plain Unicode text")
    if len(question) > LONGEST:
        raise QuestionError(
            f"question: {len(question):,} characters are more than the {LONGEST:,} allowed; "
            "shorten it"
        )
    text = question.strip()
    if not text:
        raise QuestionError("question: it is empty; write what you want to know")
    return text


def yes_or_no(message: str) -> bool | None:
    """True for an explicit yes, False for a no, None for anything else."""
    if len(content_words(message)) > 4:
        return None
    if _NO.match(message):
        return False
    return True if _YES.match(message) else None


def carry_over(
    question: str, mentions: tuple[Mention, ...], earlier: Sequence[Mention], ontology: Ontology
) -> tuple[str, tuple[Mention, ...]]:
    """Fill a follow-up's pronoun with the thing the conversation was about.

    Returns the text to search with and the mentions; both unchanged when nothing is left out.
    """
    short = len(content_words(question)) <= 3
    named = any(ontology.term(m.iri).kind == "individual" for m in mentions)
    if named or not earlier or not (_PRONOUN.search(question) or short):
        return question, mentions
    subject = next(
        (m for m in earlier if ontology.has(m.iri) and ontology.term(m.iri).kind == "individual"),
        earlier[0],
    )
    if not ontology.has(subject.iri) or any(m.iri == subject.iri for m in mentions):
        return question, mentions
    added = replace(subject, start=len(question), end=len(question), score=subject.score * 0.8)
    return f"{question} ({subject.text})", (*mentions, added)


def describes_trouble(question: str) -> bool:
    """Whether the message tells of something that goes wrong."""
    return bool(_TROUBLE.search(question))


def asks_more(question: str) -> bool:
    """Whether one fact cannot be the whole answer: a how-to, a reason, several questions."""
    return bool(_MORE.search(question)) or several(question)


def asks_how(question: str) -> bool:
    """Whether the message asks for instructions."""
    return bool(_HOW.search(question))


def asks_open(question: str) -> bool:
    """Whether the message asks how, when, where or why, and not whether something is so."""
    return bool(_OPEN.search(question))


def several(question: str) -> bool:
    """Whether the message holds more than one question or statement."""
    return len(list(split(question))) > 1


def unread(question: str, mentions: Sequence[Mention]) -> int:
    """How many content words no mention covers: what the ontology does not say of the question."""
    spans = [(mention.start, mention.end) for mention in mentions]
    return sum(
        word.lower() not in STOP_WORDS and not any(a < end and start < b for a, b in spans)
        for start, end, word in tokens(question)
    )


def direct_facts(mentions: Sequence[Mention], ontology: Ontology) -> tuple[Fact, ...]:
    """Facts that join a mentioned individual or class to a mentioned property."""
    kinds = {m.iri: ontology.term(m.iri).kind for m in mentions}
    properties = [i for i, kind in kinds.items() if kind in ("object_property", "data_property")]
    subjects = [i for i, kind in kinds.items() if kind in ("individual", "class")]
    found: list[Fact] = []
    for subject in subjects:
        for wanted in properties:
            found += _facts(ontology, subject, wanted)
    return tuple(dict.fromkeys(found))


def members(question: str, mentions: Sequence[Mention], ontology: Ontology) -> tuple[Fact, ...]:
    """That things are of the kind that a question wants listed; none when it wants no list.

    The kind is the mentioned class that is the most special, with at least two members.
    """
    if not _LIST.search(question):
        return ()
    if any(ontology.term(m.iri).kind == "individual" or m.value for m in mentions):
        return ()
    named = [m for m in mentions if m.score >= NAMED]
    kinds = [m.iri for m in named if ontology.term(m.iri).kind == "class"]
    kinds = [iri for iri in kinds if 2 <= len(ontology.instances(iri)) <= MOST_LISTED]
    if not kinds:
        return ()
    kind = min(kinds, key=lambda iri: len(ontology.instances(iri)))
    things = sorted(ontology.instances(kind), key=ontology.label)
    return tuple(fact for thing in things for fact in ontology.facts(thing, RDF_TYPE, kind))


def _facts(ontology: Ontology, subject: Iri, wanted: Iri) -> list[Fact]:
    below = (wanted, *sorted(ontology.descendants(wanted)))
    return [fact for predicate in below for fact in ontology.facts(subject, predicate)]


def has_amount(text: str) -> bool:
    """Whether a text states a quantity."""
    return bool(quantities(text))
