import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontopilot.errors import ConfigError, UnknownTerm
from ontopilot.models.encoding.hashing import HashEncoder
from ontopilot.retrieval import EvidenceId, Knowledge, KnowledgeIndex, Passage, Query
from ontopilot.retrieval.filter import Filter

Ask = Callable[[str], Query]

PAGES = {
    "care.md": "---\nproduct: AquaBoil 2\ntags: [care, descaling]\ndate: 2026-02-03\n---\n"
    "# Care\n\nDescale the kettle every three months.\n\n## Filter\n\nRinse it.\n",
    "old.md": "---\nproduct: Toaster: large\ntitle: Crumbs: a guide\n---\nEmpty the crumb tray.\n",
    "site.html": "<html><head><meta name='author' content='Mila'></head>"
    "<body><h1>Site</h1><p>Ask us about kettles.</p></body></html>",
    "parts.csv": "name,stock,price\nlid,5,9.50\nbase,12,30\n",
    "rows.jsonl": json.dumps({"title": "seal", "fits": ["AquaBoil 2", "LaundroMax 8"]}),
    "plain.md": "# Plain\n\nNothing is said of this page about a kettle.\n",
}


@pytest.fixture
def index(shop: Path, encoder: Any, ontology: Any) -> KnowledgeIndex:
    for name, text in PAGES.items():
        (shop / "docs" / name).write_text(text, encoding="utf-8")
    knowledge = Knowledge("docs", interactions="tickets.jsonl", folder=shop)
    knowledge.open(encoder=encoder, ontology=ontology, home=shop / "home")
    # Opened again, so that what is tested was stored and read.
    return knowledge.open(encoder=encoder, ontology=ontology, home=shop / "home")


def found(index: KnowledgeIndex, *conditions: str, question: str = "kettle lid base") -> set[str]:
    kinds = ("passage", "interaction")
    chosen = Filter.parse(conditions)
    return {e.id for e in index.search(Query(question), k=50, kinds=kinds, filter=chosen)}


@pytest.mark.parametrize(
    ("conditions", "ids"),
    [
        (["product=aquaboil  2"], {"doc:care.md#1", "doc:care.md#2", "ticket:T-0001"}),
        (["product=AquaBoil 2", "tags=descaling"], {"doc:care.md#1", "doc:care.md#2"}),
        (["tags=care|nothing"], {"doc:care.md#1", "doc:care.md#2"}),
        (["date>=2026-02-01"], {"doc:care.md#1", "doc:care.md#2", "ticket:T-0001"}),
        (["date<2026"], set()),
        (["product=Toaster: large"], {"doc:old.md#1"}),
        (["title=crumbs: a guide"], {"doc:old.md#1"}),
        (["author=Mila"], {"doc:site.html#1"}),
        (["stock>5"], {"doc:parts.csv#2"}),
        (["stock<=5"], {"doc:parts.csv#1"}),
        (["price=9.5"], {"doc:parts.csv#1"}),
        (["fits=LaundroMax 8"], {"doc:rows.jsonl#1"}),
        (["rating>=4"], {"ticket:T-0001"}),
        (["source=plain.md"], {"doc:plain.md#1"}),
        (["source=plain.md", "product=AquaBoil 2"], set()),
        (["stock=99"], set()),
    ],
)
def test_metadata_say_what_may_be_found(
    index: KnowledgeIndex, conditions: Sequence[str], ids: set[str]
) -> None:
    assert found(index, *conditions) == ids


def test_what_lacks_a_field_is_unequal_to_every_value(index: KnowledgeIndex) -> None:
    everything = found(index)
    assert found(index, "product!=AquaBoil 2") == everything - found(index, "product=AquaBoil 2")


def test_a_concept_is_mentioned_or_one_below_it_or_an_individual(
    index: KnowledgeIndex,
) -> None:
    kettles = found(index, "concept=Kettle")
    assert {"doc:returns.md#1", "doc:care.md#1", "ticket:T-0001"} <= kettles
    assert "doc:routers.md#1" not in kettles
    heated = found(index, "concept=HeatedAppliance")
    assert kettles | {"doc:heated.md#1"} == heated
    assert "doc:routers.md#1" in found(index, "concept=Appliance")
    assert found(index, "concept=Kettle|Router") == kettles | {"doc:routers.md#1"}
    assert found(index, "concept!=Appliance").isdisjoint(heated)
    assert found(index, "concept=AquaWorks") == set()


def test_facts_pass_by_their_concepts_and_never_by_metadata(
    index: KnowledgeIndex, ask: Ask
) -> None:
    question = ask("What is the warranty period of the AquaBoil 2?")

    def facts(*conditions: str) -> set[str]:
        pieces = index.search(question, k=20, filter=Filter.parse(conditions))
        return {e.text for e in pieces if e.kind == "fact"}

    assert any("24 months" in text for text in facts("concept=Kettle"))
    assert facts("concept=AquaWorks") == {text for text in facts() if "AquaWorks" in text}
    assert facts("concept=Router") == set()
    assert facts("product=AquaBoil 2") == set()


def test_a_filter_is_checked_and_says_what_there_is(index: KnowledgeIndex) -> None:
    with pytest.raises(ConfigError, match=r"no document has the field 'prodct'; did you mean 'pro"):
        found(index, "prodct=AquaBoil 2")
    with pytest.raises(ConfigError, match="'zzz'; it is one of author, date"):
        found(index, "zzz=1", question="")
    with pytest.raises(UnknownTerm, match="Kettel"):
        found(index, "concept=Kettel")
    with pytest.raises(ConfigError, match="= and != only"):
        found(index, "concept>Kettle")
    for text in ("product", "=x", "product=", "date>2025|2026", ""):
        with pytest.raises(ConfigError, match="is no condition"):
            Filter.parse([text])
    with pytest.raises(ConfigError, match="needs an ontology"):
        found(index.with_ontology(None), "concept=Kettle")


def test_names_lead_to_nothing_that_the_filter_keeps_out() -> None:
    texts = {
        "film": ("The Straw Hat", "The Straw Hat is a film with music by Nino Rota."),
        "man": ("Nino Rota", "Nino Rota died in Rome. He knew Anna Magnani well."),
        "woman": ("Anna Magnani", "Anna Magnani died in a clinic."),
    } | {f"p{i}": (f"Town {i}", f"A town of {i} houses.") for i in range(60)}
    passages = [
        Passage(EvidenceId(name), "passage", text, title, name)
        for name, (title, text) in texts.items()
    ]
    index = KnowledgeIndex.build(passages, encoder=HashEncoder())
    question = Query("Where did the composer of The Straw Hat die?")
    whole = index.search(question, k=3, filter=Filter())
    assert {"film", "man"} <= {e.id for e in whole}
    screened = index.search(question, k=63, filter=Filter.parse(["source!=man"]))
    assert len(screened) == 62
    assert not any("Nino Rota'" in e.why for e in screened)
    unasked = index.search(question, k=5, filter=Filter.parse(["source!=film"]))
    assert len(unasked) == 5
    assert not any("Straw Hat" in e.why or e.id == "film" for e in unasked)


WORDS = st.lists(st.sampled_from("kettle lid router seal leak base".split()), min_size=1)


@given(
    rows=st.lists(st.tuples(WORDS, st.sampled_from("abc")), min_size=1, max_size=80),
    wanted=st.sampled_from("abc"),
    k=st.integers(1, 100),
)
def test_a_filter_never_leaves_too_few(
    rows: list[tuple[list[str], str]], wanted: str, k: int
) -> None:
    passages = [
        Passage(EvidenceId(str(n)), "passage", f"{n} {' '.join(w)}", "", "", "", (("group", g),))
        for n, (w, g) in enumerate(rows)
    ]
    index = KnowledgeIndex.build(passages, encoder=HashEncoder())
    there = {str(n) for n, (_, group) in enumerate(rows) if group == wanted}
    pieces = index.search(Query("kettle lid"), k=k, filter=Filter.parse([f"group={wanted}"]))
    assert len(pieces) == min(k, len(there))
    assert {e.id for e in pieces} <= there
