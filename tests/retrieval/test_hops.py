"""What names lead to: pages that other words than those of a question lead to."""

import pytest

from ontopilot.errors import ConfigError
from ontopilot.models.encoding.hashing import HashEncoder
from ontopilot.retrieval import Evidence, EvidenceId, KnowledgeIndex, Passage, Query
from ontopilot.retrieval.scorings import parts

FILLING = "Sheds keep garden tools dry. Paint them once a year with a wide brush."
QUESTION = "Where did the composer of The Straw Hat die?"


def page(name: str, title: str, text: str, kind: str = "passage") -> Passage:
    assert kind in ("passage", "interaction")
    return Passage(EvidenceId(name), kind, text, title, f"{name}.md")  # type: ignore[arg-type]


def world(*more: Passage) -> KnowledgeIndex:
    filling = [page(f"f{n}", f"Shed {n}", f"{FILLING} Number {n}.") for n in range(300)]
    films = [
        page("hat", "The Straw Hat", "The Straw Hat is a film of 1934. Music by Ada Nyström."),
        page("ada", "Ada Nystrom", "She wrote for the stage and died in Turku."),
        page("other", "The Felt Hat", "A composer may die young, says this comedy of 1940."),
        page("wool", "The Wool Hat", "Where a composer lived and how hats die out."),
    ]
    return KnowledgeIndex.build([*films, *more, *filling], encoder=HashEncoder())


def found(index: KnowledgeIndex, question: str, **more: object) -> dict[str, Evidence]:
    return {item.id: item for item in index.search(Query(question), **{"k": 3, **more})}  # type: ignore[arg-type]


def test_a_name_in_the_first_page_leads_to_the_page_that_answers() -> None:
    assert "ada" in found(world(), QUESTION)


def test_the_way_is_told() -> None:
    why = found(world(), QUESTION)["ada"].why
    assert "'ada nystrom'" in why
    assert "The Straw Hat" in why


def test_what_was_reached_leads_on() -> None:
    town = page("turku", "Turku", "Where a composer may die by the sea.")
    assert "'turku'" in found(world(town), QUESTION, k=4)["turku"].why


def test_without_hops_it_is_not_reached() -> None:
    assert "ada" not in found(world(), QUESTION, without=frozenset({"hops"}))


def test_without_the_graph_titles_do_not_count_either() -> None:
    with_it = found(world(), QUESTION)["hat"]
    without = found(world(), QUESTION, without=frozenset({"graph"}))["hat"]
    assert "the question has its title" in with_it.why
    assert "title" not in without.why


def test_a_question_that_names_nothing_is_followed_nowhere() -> None:
    items = found(world(), "how do i keep garden tools dry with a wide brush?")
    assert all("found before" not in item.why for item in items.values())


def test_two_pages_that_share_a_name_are_joined_without_a_title() -> None:
    village = page("mill", "Mills", "Old Mill stands in Avery County. It grinds no more.")
    border = page("line", "Rivers", "Avery County meets Burke County at the river.")
    items = found(world(village, border), "Which county meets the one where Old Mill stands?")
    assert "'avery county'" in items["line"].why


def test_a_name_that_too_many_pages_have_joins_nothing() -> None:
    everywhere = [page(f"n{n}", f"Note {n}", f"Kept in Oslo, item {n}.") for n in range(60)]
    start = page("start", "Blue Door", "The Blue Door hangs in Oslo.")
    items = found(world(start, *everywhere), "Who made the Blue Door?")
    assert all("'oslo'" not in item.why for item in items.values())


def test_names_lead_to_no_past_interaction() -> None:
    ticket = page("t1", "", "Ada Nyström is not known to us.", "interaction")
    items = found(world(ticket), QUESTION)
    assert "t1" not in items or "found before" not in items["t1"].why


def test_hops_stay_within_the_kinds_that_are_wanted() -> None:
    index = world(page("t1", "Ada Nystrom", "Who was she?", "interaction"))
    assert {item.kind for item in index.search(Query(QUESTION), kinds=["interaction"])} == {
        "interaction"
    }


STORY = (
    "Hi, I am Priya from Chicago and it has been a long week for me and my family. "
    "I hold a Gold Card with you and lately the statement shows a fee that I do not understand. "
    "My wallet was stolen at the station, so please freeze the debit card as well. "
    "Apart from that I would like to know how cash back is counted on travel that I book. "
    "My sister says that she had similar trouble last spring and that you were very kind to her. "
    "Please let me know what you need from me, I have time until the evening today."
)


def test_each_need_of_a_long_story_finds_its_page() -> None:
    pages = [
        page("fee", "Statement fees", "A fee on a statement that you do not understand is waived."),
        page("freeze", "Stolen wallets", "When a wallet was stolen we freeze the debit card."),
        page("cash", "Cash back", "How cash back is counted on travel that you book yourself."),
    ]
    assert {"fee", "freeze", "cash"} <= set(found(world(*pages), STORY))


def test_the_pages_about_each_name_of_a_story_take_turns() -> None:
    gold = [page(f"g{n}", f"Gold Card: part {n}", "A fee on the statement.") for n in range(6)]
    silver = [page(f"s{n}", f"Silver Card: part {n}", "About this card.") for n in range(6)]
    story = STORY.replace("Gold Card", "Gold Card and a Silver Card")
    items = world(*gold, *silver).search(Query(story), k=10)
    assert {"g", "s"} <= {item.id[0] for item in items}


def test_a_book_as_a_question_is_searched_in_bounds() -> None:
    book = " ".join(f"Word{n} said that Name{n} went home." for n in range(5000))
    assert len(found(world(), f"{QUESTION} {book}")) == 3


def test_an_unknown_part_is_named() -> None:
    with pytest.raises(ConfigError, match="'sparse'"):
        parts(["sparse"])


def test_something_must_be_left_to_search_with() -> None:
    with pytest.raises(ConfigError, match="at most"):
        parts(["dense", "lexical"])
