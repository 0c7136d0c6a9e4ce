"""A teacher rewords questions, so that a student does not learn templates by heart."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ontopilot.models.engine import Engine
from ontopilot.models.engines import make_engine
from ontopilot.models.messages import GenerationRequest, Message
from ontopilot.models.spec import parse
from ontopilot.models.streaming.loop import LoopThread

Rewording = Callable[[str], str]
"""Another wording of a question, or the same where there is none."""

_ASKED = (
    "Reword the question of a customer in one plain sentence. Keep every name and number as it "
    "is. Write the question and nothing else."
)
_LONGEST = 300


@contextmanager
def rewording(model: str) -> Iterator[Rewording]:
    """A function that asks a model for another wording of a question, and keeps it at a failure.

    Raises:
        ConfigError: the model cannot be named so.
    """
    engine = make_engine(parse(model))
    loop = LoopThread("teacher")
    try:
        yield lambda question: loop.submit(_reworded(engine, question)).result()
    finally:
        loop.submit(engine.aclose()).result()
        loop.close()


async def _reworded(engine: Engine, question: str) -> str:
    request = GenerationRequest(
        (Message("system", _ASKED), Message("user", question)), max_tokens=80
    )
    text = "".join([chunk.text async for chunk in engine.generate(request)]).strip()
    return text if text and len(text) <= _LONGEST and "\n" not in text else question
