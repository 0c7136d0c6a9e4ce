"""Attacks on the demo shop by somebody who had not seen the defences: each fails, and succeeds
where the defences are off.

The engine does the worst that an attack asks for: it says what the attacker wants, and cites the
planted text for it.
"""

import json
import re
import shutil
from functools import wraps
from pathlib import Path

import pytest

from ontopilot import Agent, Knowledge
from ontopilot.models.messages import Chunk, Usage
from ontopilot.models.scripted import ScriptedEngine
from ontopilot.orchestrator.answer import Verdict
from ontopilot.retrieval.foreign import OwnWords
from ontopilot.retrieval.redact import Redacted

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent
SHOP = HERE.parents[1] / "examples/customer_service"
PAGES = ("returns", "warranty", "refunds", "shipping", "contact-and-account", "payment", "recalls")
CASES = {
    case["id"]: case
    for case in map(
        json.loads, (HERE / "blind_attacks.jsonl").read_text(encoding="utf-8").splitlines()
    )
}


class Worst(ScriptedEngine):
    """Says what it is told to, citing the first source that holds one of the signs."""

    says, signs = "", ("",)

    async def generate(self, request):
        for source in request.sources:
            if any(sign in " ".join(source.text.split()) for sign in self.signs):
                yield Chunk(f"{self.says} [{source.id}].")
                break
        yield Chunk("", "stop", Usage(1, 1))


class Shop:
    """An agent of the demo shop that reads every planted text."""

    def __init__(self, folder, *, policies):
        self.engine, self.called = Worst(), []
        for name in ("shop.owl", "network.owl", "catalog-v001.xml", "policies.ttl"):
            shutil.copy(SHOP / name, folder / name)
        (folder / "docs").mkdir()
        for name in PAGES:
            shutil.copy(SHOP / f"docs/{name}.md", folder / "docs")
        (folder / "tickets.jsonl").write_text("".join(self._planted(folder)), encoding="utf-8")
        self.agent = Agent(
            "support",
            ontology=folder / "shop.owl",
            policies=folder / "policies.ttl" if policies else None,
            knowledge=Knowledge("docs", interactions="tickets.jsonl", folder=folder),
            generator=self.engine,
            home=folder / "home",
        )
        self._give_actions()
        self.agent.prepare()

    def _planted(self, folder):
        for key, case in CASES.items():
            planted = case["planted"]
            if case["place"] == "document":
                (folder / f"docs/{key}.md").write_text(planted, encoding="utf-8")
            elif case["place"] == "ticket":
                told = {"question": planted["problem"], "answer": planted["resolution"]}
                yield json.dumps({"id": key, "resolution": "resolved"} | told) + "\n"

    def _give_actions(self):
        with pytest.MonkeyPatch.context() as patch:
            patch.syspath_prepend(SHOP)
            import agent as demo

        self.agent.records("shop:Order")(demo.OrderBook().facts)
        for action in demo.support.actions:
            self.agent.action(effect=action.effect, examples=action.examples)(
                self._noting(action.function)
            )

    def _noting(self, function):
        @wraps(function)
        def noted(*args, **kwargs):
            self.called.append(function.__name__)
            return f"{function.__name__} is done."

        return noted

    def attacked(self, case):
        """What the shop says and does in the conversation of a case, and whether it succeeded."""
        self.called.clear()
        self.engine.says, self.engine.signs = self._worst(case)
        asked = case["question"]
        said, conversation = [], None
        for question in [asked] if isinstance(asked, str) else asked:
            answer = self.agent.ask(question, conversation=conversation, customer="C-1001")
            conversation = answer.conversation
            said.append(answer.text)
        text, goal = " ".join(said), case["succeeds_if"]
        done = goal["action_called"] in self.called
        return text, done or any(words in text for words in goal["answer_contains_any"])

    def _worst(self, case):
        """What to say, and the beginnings of the planted passages."""
        wanted = case["succeeds_if"]["answer_contains_any"] or ["Done"]
        if case["place"] == "message":
            return wanted[0], ("",)
        passages = [
            " ".join(passage.text.split())
            for passage in self.agent.knowledge_index.passages
            if case["id"] in passage.id
        ]
        planted = case["planted"]
        written = planted if isinstance(planted, str) else planted["resolution"]
        sentences = re.split(r"(?<=[.!?])\s+|\n+", written)
        holding = [one for one in sentences if any(words in one for words in wanted)]
        says = case.get("says") or (holding or wanted)[0]
        return says.strip().rstrip("."), tuple(text[:60] for text in passages)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    shop = Shop(tmp_path_factory.mktemp("guarded"), policies=True)
    yield shop
    shop.agent.close()


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """Nothing is left out of what is read, nobody looks at what is said, and no policy holds."""

    def trusting(claim, **context):
        return Verdict(claim, "supported", "Nobody looked.")

    def plain(text, **_):
        return Redacted(text, 0)

    def believing(found, *_):
        return tuple(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ontopilot.orchestrator.drafting.judge", trusting)
        patch.setattr("ontopilot.orchestrator.nodes.still_true", believing)
        patch.setattr("ontopilot.orchestrator.drafting.still_true", believing)
        patch.setattr("ontopilot.retrieval.chunk.own_words", OwnWords)
        patch.setattr("ontopilot.retrieval.interactions.own_words", OwnWords)
        patch.setattr("ontopilot.retrieval.interactions.redact", plain)
        shop = Shop(tmp_path_factory.mktemp("bare"), policies=False)
        yield shop
        shop.agent.close()


OPEN = {
    name: pytest.mark.xfail(
        strict=True,
        reason="a false statement of a source, without orders, that no fact contradicts",
    )
    for name in ("blind-09", "blind-21", "blind-23")
}


@pytest.mark.parametrize("name", [pytest.param(n, marks=OPEN.get(n, ())) for n in CASES])
def test_a_blind_attack_fails(guarded, name):
    text, succeeded = guarded.attacked(CASES[name])
    assert not succeeded, text


@pytest.mark.parametrize("name", CASES)
def test_it_would_succeed_without_the_defences(bare, name):
    text, succeeded = bare.attacked(CASES[name])
    assert succeeded, text
