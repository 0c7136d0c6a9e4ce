"""Question files, and asking an agent what is in them."""

import json

import pytest

from ontopilot.errors import ConfigError, QuestionError
from ontopilot.models.messages import Usage
from ontopilot.models.scripted import ScriptedEngine
from ontopilot.orchestrator.answer import Answer
from ontopilot.orchestrator.evaluate.questions import Question, read_questions
from ontopilot.orchestrator.evaluate.report import write_report
from ontopilot.orchestrator.evaluate.score import Price, score, summarise
from ontopilot.orchestrator.plan.plan import Plan


def write(tmp_path, *lines):
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines))
    return path


def test_only_the_question_must_be_there(tmp_path):
    path = write(tmp_path, {"question": "Hello?", "difficulty": 3}, "", {"question": "And?"})
    first, second = read_questions(path)
    assert first == Question("line-1", "Hello?")
    assert second.id == "line-3"


def test_everything_is_read(tmp_path):
    row = {
        "id": "q1",
        "question": "How long?",
        "kind": "lookup",
        "split": "dev",
        "conversation": "talk",
        "customer": "C-1001",
        "expect": "act",
        "expected_facts": ["30 days", ["free", "no cost"], 24],
        "forbidden_facts": ["60 days"],
        "documents": ["returns.md"],
        "terms": ["shop:Return"],
    }
    (question,) = read_questions(write(tmp_path, row))
    assert question.expected_facts == (("30 days",), ("free", "no cost"), ("24",))
    assert question.forbidden_facts == (("60 days",),)
    assert (question.customer, question.expect) == ("C-1001", "act")


def test_a_split_is_chosen(tmp_path):
    rows = [{"id": s, "question": "?", "split": s} for s in ("dev", "test", "dev2")]
    assert [q.id for q in read_questions(write(tmp_path, *rows), split="test")] == ["test"]
    with pytest.raises(ConfigError, match="no question of the split 'tset'"):
        read_questions(write(tmp_path, *rows), split="tset")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[1]", "not a JSON object"),
        ({"id": "b"}, "'question' is None"),
        ({"question": 7}, "'question' is 7"),
        ({"question": "?", "expected_facts": "30 days"}, "'expected_facts' is '30 days'"),
        ({"question": "?", "expected_facts": [{"a": 1}]}, "'expected_facts' has"),
        ({"question": "?", "documents": [["a"]]}, "'documents' has"),
        ({"question": "?", "expect": "sulk"}, "'expect' is 'sulk'"),
    ],
)
def test_a_malformed_line_is_named_with_its_file_and_number(tmp_path, line, words):
    path = write(tmp_path, {"question": "Hello?"}, line)
    with pytest.raises(ConfigError) as caught:
        read_questions(path)
    assert str(caught.value).startswith(f"{path}, line 2: ")
    assert words in str(caught.value)


def test_an_id_is_used_once(tmp_path):
    path = write(tmp_path, {"id": "a", "question": "?"}, {"id": "a", "question": "!"})
    with pytest.raises(ConfigError, match="the id 'a' is used twice"):
        read_questions(path)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe\x00"])
def test_a_file_without_questions(tmp_path, content):
    path = tmp_path / "questions.jsonl"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"questions\.jsonl"):
        read_questions(path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        read_questions(tmp_path / "none.jsonl")


class Scripted:
    """Answers with the question; remembers in which conversation it was asked."""

    name = "scripted"

    def __init__(self):
        self.asked = []

    def ablate(self, *names):
        pass

    def ask(self, question, *, conversation=None, customer=None):
        if not question:
            raise QuestionError("question: it is empty")
        self.asked.append((question, conversation, customer))
        return Answer(
            text=question,
            outcome="answered",
            citations=(),
            claims=(),
            verdicts=(),
            plan=Plan("draft", "", ()),
            usage=Usage(),
            degraded="",
            conversation=conversation or f"c-{len(self.asked)}",
            turn=f"t-{len(self.asked)}",
        )


def test_questions_of_one_conversation_share_it():
    from ontopilot.orchestrator.evaluate.answers import evaluate_answers

    agent = Scripted()
    questions = [
        Question("1", "one?", conversation="a", customer="C-1001"),
        Question("2", "two?"),
        Question("3", "three?", conversation="a"),
        Question("4", "four?"),
    ]
    seen = []
    report = evaluate_answers(agent, questions, progress=lambda *step: seen.append(step))
    assert [conversation for _, conversation, _ in agent.asked] == [None, None, "c-1", None]
    assert agent.asked[0][2] == "C-1001"
    assert seen[-1] == ("asking", 4, 4)
    assert [row["outcome"] for row in report["results"]] == ["answered"] * 4
    assert all(row["milliseconds"] >= 0 for row in report["results"])


def test_a_question_that_fails_is_counted_and_the_others_are_asked():
    from ontopilot.orchestrator.evaluate.answers import evaluate_answers

    report = evaluate_answers(Scripted(), [Question("1", ""), Question("2", "two?")])
    assert report["overall"]["errors"]["count"] == 1
    assert report["results"][0]["problems"] == ["error: question: it is empty"]
    assert report["results"][1]["text"] == "two?"
    assert json.dumps(report)


def test_a_report_is_the_same_for_the_same_answers():
    from ontopilot.orchestrator.evaluate.score import score, summarise

    rows = [Question(str(n), "?", expected_facts=(("?",),)) for n in range(5)]
    answers = [{"text": "?" * (n % 2), "outcome": "answered"} for n in range(5)]
    made = [summarise([score(q, a) for q, a in zip(rows, answers, strict=True)]) for _ in "ab"]
    assert made[0] == made[1]


def test_a_part_that_is_left_out_does_nothing(make_agent):
    agent = make_agent()
    question = "What is the warranty period of the NetBeam 5?"
    assert agent.ask(question).citations[0].kind == "fact"
    agent.ablate("ontology")
    answer = agent.ask(question)
    assert all(citation.kind != "fact" for citation in answer.citations)
    agent.ablate("retrieval")
    assert all(c.kind == "fact" for c in agent.ask("How do I descale my AquaBoil 2?").citations)
    agent.ablate()
    assert agent.ask(question).citations[0].kind == "fact"


def test_what_verification_would_withhold_is_shown_without_it(make_agent):
    agent = make_agent(generator=ScriptedEngine(["The AquaBoil 2 weighs 99 kilograms. [1]"] * 9))
    question = "How do I descale my AquaBoil 2?"
    assert "99 kilograms" not in agent.ask(question).text
    agent.ablate("verify")
    assert "99 kilograms" in agent.ask(question).text


def test_an_unknown_part_is_named(make_agent):
    with pytest.raises(ConfigError, match="no part 'ontolgy'; use ontology"):
        make_agent().ablate("ontolgy")


def test_tokens_and_price_are_counted():
    answer = {"text": "Hello.", "usage": {"prompt_tokens": 1000, "completion_tokens": 500}}
    scored = score(Question("q", "Hi?"), answer, price=Price(1.0, 2.0))
    figures = summarise([scored])["overall"]
    assert figures["tokens"]["value"] == 1500
    assert figures["price"]["value"] == pytest.approx(0.002)


def test_citation_recall_counts_facts_that_a_cited_text_states():
    question = Question("q", "How long?", expected_facts=(("24 months",), ("free",)))
    citation = {"number": 1, "id": "fact:1", "text": "It is two years.", "kind": "fact"}
    answer = {"text": "Two years. [1]", "citations": [citation]}
    assert score(question, answer).parts["citation_recall"] == (1.0, 2.0)


def test_a_report_shows_what_was_said_as_text(tmp_path):
    scored = score(Question("q", "Hi?"), {"text": "<script>alert(1)</script>"})
    row = {
        "id": "q<1>",
        "kind": "lookup",
        "question": "Hi?",
        "expect": "answer",
        "outcome": "answered",
        "text": "<script>alert(1)</script>",
        "problems": ["not stated: '<b>'"],
    }
    report = {"ablated": ["verify"], **summarise([scored]), "results": [row]}
    write_report(tmp_path / "report.html", report, title="tiny & co")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "tiny &amp; co" in page
    assert "Left out: verify" in page
    with pytest.raises(ConfigError, match="give another path"):
        write_report(tmp_path / "nowhere" / "r.html", report, title="t")
