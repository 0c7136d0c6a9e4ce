"""The index: an immutable snapshot of passages that can be searched."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ontopilot.errors import ConfigError, DocumentError
from ontopilot.models.encoder import Encoder, Reranker, Vectors
from ontopilot.ontology.terms import Iri, Literal, Mention
from ontopilot.retrieval.approximate import Approximate
from ontopilot.retrieval.asked import Properties, canonical, parts, wording
from ontopilot.retrieval.concepts import distinct
from ontopilot.retrieval.dense import Rows, approximation, encode
from ontopilot.retrieval.diverse import Diversity
from ontopilot.retrieval.facts import Facts
from ontopilot.retrieval.filter import Fields, Filter, Screen
from ontopilot.retrieval.fuse import fuse
from ontopilot.retrieval.hybrid import Found, Hybrid
from ontopilot.retrieval.meaning import Meaning
from ontopilot.retrieval.needs import needs
from ontopilot.retrieval.passage import Evidence, EvidenceKind, Passage, Query
from ontopilot.retrieval.relevance import Relevance, told
from ontopilot.retrieval.report import IndexReport
from ontopilot.retrieval.scorings import Part, Wanted
from ontopilot.retrieval.strange import strangers
from ontopilot.retrieval.tags import Tags

RETOLD = 1.0
"""The weight of what the encoder of statements says of past interactions, beside those three."""

RERANKED = 3
"""For each piece that is wanted, the passages that a reranker reads with the question."""

HOPS_FROM = 4
"""The best passages whose terms are looked up for the property that a question asks for."""

KINDS: tuple[EvidenceKind, ...] = ("passage", "fact", "interaction")


class KnowledgeIndex:
    """Passages, past interactions and the facts of an ontology, in one search.

    A snapshot: nothing in it changes, and any thread may search it.
    """

    def __init__(
        self,
        passages: Sequence[Passage],
        vectors: Vectors,
        *,
        statements: Vectors | None = None,
        approximate: Approximate | None = None,
        encoder: Encoder,
        nearness: Encoder | None = None,
        reranker: Reranker | None = None,
        ontology: Meaning | None,
        report: IndexReport,
    ) -> None:
        self.passages = tuple(passages)
        self.report = report
        self.encoder = encoder
        self.vectors = vectors
        self.nearness = nearness or encoder
        self.reranker = reranker
        self._relevance = Relevance(self.passages, statements, self.nearness)
        self._hybrid = Hybrid(self.passages, vectors, approximate)
        self._past = np.flatnonzero([p.kind == "interaction" for p in self.passages])
        self._present = frozenset(passage.kind for passage in self.passages)
        self._fields = Fields(self.passages)
        self._diversity = Diversity(self.passages, vectors)
        self._same = tuple(hash(" ".join(p.text.split()).casefold()) for p in self.passages)
        self._properties: Properties | None = None
        self._tags: Tags | None = None
        self._tag(ontology)

    def _tag(self, ontology: Meaning | None) -> None:
        before = self._tags
        self.ontology = ontology
        self._tags = None
        self._facts: Facts | None = None
        if ontology is not None:
            self._tags = Tags(self.passages, ontology, before=before)
            concepts = self._tags.concepts
            self._facts = Facts(concepts)
            self._properties = Properties(concepts, self.encoder, known=self._properties)

    @classmethod
    def build(
        cls,
        passages: Sequence[Passage],
        *,
        encoder: Encoder,
        nearness: Encoder | None = None,
        reranker: Reranker | None = None,
        ontology: Meaning | None = None,
    ) -> "KnowledgeIndex":
        """An index in memory.

        With `nearness` statements are encoded at once, else when their nearness is asked for.

        Raises:
            DocumentError: two passages have the same id.
        """
        seen: set[str] = set()
        for passage in passages:
            if passage.id in seen:
                raise DocumentError(
                    f"two passages have the id {passage.id!r}; give every passage its own"
                )
            seen.add(passage.id)
        vectors = encode([passage.indexed_text for passage in passages], encoder)
        report = IndexReport(len(passages), embedded=len(passages))
        said = None if nearness is None else encode(told(passages), nearness)
        return cls(
            passages,
            vectors,
            statements=said,
            approximate=approximation(vectors),
            encoder=encoder,
            nearness=nearness,
            reranker=reranker,
            ontology=ontology,
            report=report,
        )

    @property
    def tagged(self) -> tuple[Mapping[Iri, float], ...]:
        """The terms that each of `passages` mentions, with how strongly; () without an ontology."""
        return () if self._tags is None else self._tags.terms

    def with_ontology(self, ontology: Meaning | None) -> "KnowledgeIndex":
        """The same passages under another ontology, not embedded again.

        Only the passages that the change touches are tagged again.
        """
        other = object.__new__(KnowledgeIndex)
        other.__dict__.update(self.__dict__)
        other._tag(ontology)
        return other

    def search(
        self,
        query: Query,
        *,
        k: int = 8,
        kinds: Collection[EvidenceKind] | None = None,
        filter: Filter | None = None,  # noqa: A002 - the word of the field
        without: frozenset[Part] = frozenset(),
    ) -> tuple[Evidence, ...]:
        """The `k` pieces of evidence that best match a question, best first.

        Facts are at most half of the result when other kinds are asked for too. After the `k`
        come a few facts more: what the question asks for, of the things that passages name.
        `filter` says which passages, past interactions and facts may be found at all.
        `without` leaves parts of the search out, to see what each is worth.

        Raises:
            ConfigError: `k` is less than 1, or a kind or a field is unknown.
            UnknownTerm: the filter names a concept that the ontology does not have.
        """
        wanted = _checked(k, kinds)
        screen = self.screen(filter)
        if not query.text.strip():
            return ()
        facts: tuple[Evidence, ...] = ()
        vector, asked = self._encode(query, facts="fact" in wanted)
        if "fact" in wanted and self._facts is not None:
            most = k if len(wanted) == 1 else max(1, k // 2)
            facts = self._facts.search(query, k=most, properties=asked, allowed=screen.fact)
        allowed = self._allowed(wanted, screen)
        passages = self._passages(query, vector, k=k, allowed=allowed, without=without)
        # A stable sort: of equals, a fact comes before a document, a document before a ticket.
        found = sorted((*facts, *passages), key=lambda item: -item.score)[:k]
        return (*found, *self._joined(query, found, asked, screen))

    def screen(self, filter: Filter | None) -> Screen:  # noqa: A002 - the word of the field
        """What a filter lets through of this index; everything without one.

        Raises:
            ConfigError: a field is unknown, or a concept is wanted and there is no ontology.
            UnknownTerm: the ontology does not have a concept.
        """
        return Screen.of(filter or Filter(), self._fields, self._tags)

    def _joined(
        self,
        query: Query,
        found: Sequence[Evidence],
        asked: Mapping[Iri, float],
        screen: Screen,
    ) -> tuple[Evidence, ...]:
        """What is asked for, of the things that the best passages name: one more hop."""
        if self._facts is None or not asked:
            return ()
        mentioned = {mention.iri for mention in query.mentions}
        named: dict[Iri, float] = {}
        for item in [one for one in found if one.kind != "fact"][:HOPS_FROM]:
            for term in item.terms:
                if term not in mentioned:
                    named.setdefault(term, item.score)
        held = {fact.triple for item in found for fact in item.facts}
        return self._facts.asked(named, asked, known=held, allowed=screen.fact)

    def further(self, query: Query, named: Sequence[Iri]) -> tuple[Evidence, ...]:
        """The values that a question goes on to ask of things that its answer names, best first.

        `Which part leaks, and how much is a new one?`: the second part names nothing, so it is
        about what answers the first. A question with one part asks nothing further.
        """
        if self._facts is None or self._properties is None or not named:
            return ()
        things = [m.text for m in query.mentions if self._is_thing(m.iri)]
        several = parts(query.text)[1:]
        open_ = [part for part in several if not any(thing in part for thing in things)]
        if not open_:
            return ()
        asked = self._properties.match(encode(open_, self.encoder))
        found = self._facts.asked(dict.fromkeys(named, 1.0), asked, known=())
        return tuple(item for item in found if isinstance(item.facts[0].object, Literal))

    def _is_thing(self, iri: Iri) -> bool:
        return self.ontology is not None and self.ontology.term(iri).kind == "individual"

    def relevance(
        self, query: Query, evidence: Sequence[Evidence]
    ) -> tuple[tuple[float, ...], ...]:
        """How near each statement of each piece of evidence is to a question; see `Relevance.of`.

        The question counts as it is worded and as the ontology words it, whichever is nearer.
        """
        texts = self._wordings(query)
        if len(several := parts(texts[-1])) > 1:
            texts += several
        asked = self._relevance.asked(list(dict.fromkeys(texts)))
        return self._relevance.of(asked, evidence)

    def _wordings(self, query: Query) -> list[str]:
        """A question as it is worded and as the ontology words it."""
        if self._tags is None or not query.mentions:
            return [query.text]
        return [query.text, canonical(query.text, query.mentions, self._tags.concepts)]

    def strangers(self, query: Query) -> tuple[str, ...]:
        """The names in a question that nothing in the knowledge has; see `strange.strangers`."""
        return strangers(query, self._hybrid.lexical.frequency)

    def _encode(
        self, query: Query, *, facts: bool
    ) -> tuple[NDArray[np.float32], Mapping[Iri, float]]:
        """The vector of a question, and the properties that it asks for."""
        if not facts or self._tags is None or self._properties is None:
            return encode([query.text], self.encoder)[0], {}
        what = parts(wording(query.text, query.mentions, self._tags.concepts))
        vectors = encode([query.text, *what], self.encoder)
        return vectors[0], self._properties.match(vectors[1:])

    def _allowed(self, wanted: frozenset[EvidenceKind], screen: Screen) -> Rows | None:
        """The rows of the wanted kinds that a filter lets through; `None` for all."""
        if self._present <= wanted:
            return screen.rows
        rows = np.flatnonzero([passage.kind in wanted for passage in self.passages])
        return rows if screen.rows is None else np.intersect1d(rows, screen.rows)

    def _passages(
        self,
        query: Query,
        vector: NDArray[np.float32],
        *,
        k: int,
        allowed: Rows | None,
        without: frozenset[Part],
    ) -> list[Evidence]:
        if not (len(self.passages) if allowed is None else len(allowed)):
            return []
        mentions = distinct(query.mentions)
        size = max(64, 8 * k)
        several = needs(query.text)
        vectors = encode(several, self.encoder)
        wanted = Wanted(query.text, vector, mentions, size, allowed, without, several, vectors)
        searched = self._hybrid.search(wanted, self._tags)
        scores = self._retold(query, searched.rows, searched.scores)
        if self.reranker is not None and "reranker" not in without:
            scores = self._reranked(query, searched.rows, scores, RERANKED * k)
        order = np.lexsort((searched.rows, -scores))
        return [
            self._evidence(int(searched.rows[at]), float(scores[at]), searched, at, mentions)
            for at in self._diverse(searched.rows, order.tolist(), k)
        ]

    def _reranked(
        self, query: Query, rows: Rows, scores: NDArray[np.float32], most: int
    ) -> NDArray[np.float32]:
        """The scores, the best passages in the order of the reranker; what they share stays."""
        if self.reranker is None:
            return scores
        best = np.lexsort((rows, -scores))[:most]
        read = self.reranker.score(
            query.text, [self.passages[row].indexed_text for row in rows[best]]
        )
        ordered = scores.copy()
        ordered[best[np.argsort(-read, kind="stable")]] = scores[best]
        return ordered

    def _diverse(self, rows: Rows, order: Sequence[int], k: int) -> list[int]:
        """The first `k` places of an order, each text once, those that nearly repeat one last."""
        found: list[int] = []
        repeated: list[int] = []
        texts: set[int] = set()
        for at in order:
            if len(found) == k:
                break
            row = int(rows[at])
            if self._same[row] in texts:
                continue
            texts.add(self._same[row])
            repeats = self._diversity.repeats(row, [int(rows[one]) for one in found])
            (repeated if repeats else found).append(at)
        return (found + repeated)[:k]

    def _retold(self, query: Query, rows: Rows, scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """The scores, past interactions in the order of what was told there as well.

        The encoder of statements was taught which messages tell of one problem. It says which of
        them is first, not how many come before documents: the scores they share stay the same.
        """
        at = np.flatnonzero(np.isin(rows, self._past))
        if len(at) < 2:
            return scores
        asked = self._relevance.asked(self._wordings(query))
        near = self._relevance.wholes(asked, [self.passages[row] for row in rows[at]])
        both = fuse([(scores[at], 1.0), (near, RETOLD)])
        ordered = scores.copy()
        ordered[at[np.argsort(-both, kind="stable")]] = np.sort(scores[at])[::-1]
        return ordered

    def _evidence(
        self, row: int, score: float, found: Found, at: int, mentions: Sequence[Mention]
    ) -> Evidence:
        passage = self.passages[row]
        shares = {name: float(part[at]) for name, part in found.shares.items()}
        return Evidence(
            id=passage.id,
            kind=passage.kind,
            text=passage.text,
            score=score,
            why=_why(passage, shares, self._reasons(row, found, mentions)),
            title=passage.place,
            source=passage.source,
            terms=() if self._tags is None else tuple(sorted(self._tags.terms[row])),
        )

    def _reasons(self, row: int, found: Found, mentions: Sequence[Mention]) -> list[str]:
        """What the ontology and names say for a passage, in words."""
        reasons: list[str] = []
        terms = () if self._tags is None else self._tags.reasons(row, mentions)
        if terms:
            reasons.append("mentions " + " and ".join(terms))
        if row in found.titled:
            reasons.append("the question has its title")
        if (hop := found.ways.get(row)) is not None:
            seed = self.passages[hop.seed]
            reasons.append(
                f"has {hop.name!r} as {seed.title or seed.id!r} has, which was found before"
            )
        return reasons


def _checked(k: int, kinds: Collection[EvidenceKind] | None) -> frozenset[EvidenceKind]:
    if k < 1:
        raise ConfigError(f"search: k={k!r} must be at least 1")
    wanted = frozenset(KINDS if kinds is None else kinds)
    unknown = sorted(wanted.difference(KINDS))
    if unknown:
        raise ConfigError(f"search: unknown kind {unknown[0]!r}; choose among {', '.join(KINDS)}")
    return wanted


def _why(passage: Passage, shares: Mapping[str, float], reasons: Sequence[str]) -> str:
    """Why a passage was found, in words."""
    matched = [name for name in ("dense", "lexical") if shares.get(name, 0.0) >= 0.5]
    parts: list[str] = []
    if passage.kind == "interaction":
        parts.append(f"past ticket {passage.id.partition(':')[2]}")
    parts.extend(reasons)
    if matched:
        parts.append(" and ".join(matched) + " match")
    return "; ".join(parts) or "a weak match"
