from ontopilot.models.encoding.hashing import HashEncoder
from ontopilot.retrieval import EvidenceId, KnowledgeIndex, Passage, Query

POLICY = (
    "You can return a kettle within 30 days of delivery, as long as it is clean and you still have "
    "the receipt that came with it in the box."
)


def found(*texts: str, k: int, question: str = "Can I return a kettle?") -> list[str]:
    passages = [
        Passage(EvidenceId(str(n)), "passage", text, f"Page {n}", str(n))
        for n, text in enumerate(texts)
    ]
    index = KnowledgeIndex.build(passages, encoder=HashEncoder())
    return [e.text for e in index.search(Query(question), k=k)]


COPIES = (
    POLICY,
    POLICY.replace("You can return", "And you can return"),
    POLICY.replace("as long as it is clean and", "as long as it's clean, and"),
    POLICY.replace("a kettle", "the kettle").replace("the box", "its box"),
    POLICY.replace("that came with it in the box", "that came in the box with it"),
)
LEAKS = "A kettle that leaks is repaired."


def test_near_duplicates_do_not_fill_the_results() -> None:
    pieces = found(*COPIES, LEAKS, k=2)
    assert LEAKS in pieces
    assert len(pieces) == 2


def test_near_duplicates_come_where_there_is_nothing_else() -> None:
    assert len(found(*COPIES, k=5)) == 5


def test_what_differs_in_a_word_that_counts_says_something_else() -> None:
    others = [POLICY.replace("30", "45"), POLICY.replace("kettle", "toaster")]
    question = "Can I return a kettle or a toaster?"
    assert set(found(POLICY, *others, LEAKS, k=3, question=question)) == {POLICY, *others}
