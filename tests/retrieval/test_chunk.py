from hypothesis import given
from hypothesis import strategies as st

from ontopilot.retrieval.chunk import MAX_WHOLE_WORDS, MAX_WORDS, chunk
from ontopilot.retrieval.document import Document
from ontopilot.retrieval.passage import Passage


def chunks(text: str, name: str = "page.md", **more: object) -> tuple[Passage, ...]:
    return chunk(Document(name, text, **more)).passages  # type: ignore[arg-type]


def test_title_headings_and_ids() -> None:
    found = chunks("# Returns\n\nIntro.\n\n## Costs\n\nFree.\n\n### Abroad\n\nNot free.\n")
    assert [(p.id, p.title, p.heading, p.text) for p in found] == [
        ("doc:page.md#1", "Returns", "", "Intro."),
        ("doc:page.md#2", "Returns", "Costs", "Free."),
        ("doc:page.md#3", "Returns", "Costs > Abroad", "Not free."),
    ]
    assert found[2].indexed_text == "Returns\nCosts > Abroad\nNot free."


def test_without_a_heading_the_file_name_is_the_title() -> None:
    assert chunks("Some text.", "guides/wi-fi_setup.md")[0].title == "Wi fi setup"


def test_a_heading_keeps_its_words_not_its_marks() -> None:
    assert chunks("# The *new* `Model`\n\nText.")[0].title == "The new Model"


def test_a_list_stays_whole_and_with_its_introduction() -> None:
    filler = "word " * 140
    items = "\n".join(f"- step {n} of the way to do it" for n in range(20))
    found = chunks(f"# T\n\n{filler}\n\nDo this:\n\n{items}\n")
    assert len(found) == 2
    assert found[1].text == f"Do this:\n\n{items}"


def test_an_endless_list_is_cut_between_its_items() -> None:
    items = [f"- item {n} " + "with words " * 8 for n in range(60)]
    found = chunks("# T\n\n" + "\n".join(items))
    assert len(found) > 1
    assert all(line.startswith("- item") for p in found for line in p.text.split("\n"))
    assert sum(p.text.count("- item") for p in found) == 60


def test_an_endless_table_repeats_its_header() -> None:
    rows = [f"| part {n} | " + "some words here " * 5 + "|" for n in range(60)]
    found = chunks("# T\n\n| part | note |\n| --- | --- |\n" + "\n".join(rows))
    assert len(found) > 1
    assert all(p.text.startswith("| part | note |\n| --- | --- |\n| part") for p in found)


def test_code_is_untouched() -> None:
    code = "```\n# no heading\n\n   indented\n- no list\n```"
    found = chunks(f"# T\n\nRun:\n\n{code}\n\nDone.")
    assert len(found) == 1
    assert code in found[0].text


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    text = " ".join(f"Sentence number {n} says something about the seal." for n in range(80))
    found = chunks(f"# T\n\n{text}")
    assert len(found) > 2
    assert all(p.text.endswith(".") and p.text.startswith("Sentence") for p in found)
    assert " ".join(p.text for p in found) == text


def test_comments_and_rules_are_left_out() -> None:
    assert [p.text for p in chunks("# T\n\n<!-- secret -->\n\n---\n\nText.")] == ["Text."]


def test_plain_text_has_no_headings() -> None:
    found = chunks("# not a heading\n\nText.", "a.txt", markdown=False)
    assert [p.text for p in found] == ["# not a heading\n\nText."]


def test_only_headings_give_no_passages() -> None:
    assert chunks("# Title\n\n## Another\n") == ()


@given(st.text(st.sampled_from("ab .#-|`\n1>*:é"), max_size=400))
def test_any_text_gives_distinct_ids_and_loses_no_letter(text: str) -> None:
    found = chunks(text)
    assert [p.id for p in found] == [f"doc:page.md#{n + 1}" for n in range(len(found))]
    assert all(p.text.strip() for p in found)


@given(st.lists(st.integers(1, 400), min_size=1, max_size=12))
def test_passages_are_never_endless(sizes: list[int]) -> None:
    text = "\n\n".join("word " * size for size in sizes)
    for passage in chunks(f"# T\n\n{text}"):
        assert len(passage.text.split()) <= max(MAX_WORDS, MAX_WHOLE_WORDS)
