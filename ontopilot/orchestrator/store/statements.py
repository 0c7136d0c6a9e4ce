"""The statements of the store, built once; parameters are named after what they hold."""

from sqlalchemy import BindParameter, bindparam, delete, insert, select, union, update

from ontopilot.orchestrator.store.tables import (
    STATE,
    ActionTable,
    ClaimTable,
    ConversationTable,
    EvidenceTable,
    FeedbackTable,
    MetaTable,
    PendingTable,
    StepTable,
    TurnTable,
)
from ontopilot.orchestrator.store.typical import WINDOW

_turn: BindParameter[str] = bindparam("of_turn")
_conversation: BindParameter[str] = bindparam("of_conversation")
_limit: BindParameter[int] = bindparam("at_most")

TAKE_UP = (
    update(ConversationTable)
    .where(ConversationTable.id == _conversation, ConversationTable.state < STATE)
    .values(state=STATE)
)
BEGIN_TURN = insert(TurnTable).inline()
END_TURN = (
    update(TurnTable)
    .where(TurnTable.id == _turn, TurnTable.ended.is_(None))
    .values(
        ended=bindparam("ended"),
        outcome=bindparam("outcome"),
        text=bindparam("text"),
        mentions=bindparam("mentions"),
        answer=bindparam("answer"),
    )
)
_ROW = select(
    TurnTable.id,
    TurnTable.conversation,
    TurnTable.customer,
    TurnTable.question,
    TurnTable.thread,
    TurnTable.ontology_version,
)
UNFINISHED = _ROW.where(TurnTable.ended.is_(None)).order_by(TurnTable.number)
UNFINISHED_TURN = _ROW.where(TurnTable.id == _turn, TurnTable.ended.is_(None))
NEEDED_THREADS = union(
    select(TurnTable.thread).where(TurnTable.ended.is_(None)),
    select(TurnTable.thread)
    .join(PendingTable, PendingTable.turn == TurnTable.id)
    .where(PendingTable.over.is_(None)),
)
ANSWER = select(TurnTable.answer).where(TurnTable.id == _turn)
HISTORY = (
    select(
        TurnTable.id, TurnTable.question, TurnTable.answer, TurnTable.outcome, TurnTable.mentions
    )
    .where(TurnTable.conversation == _conversation, TurnTable.answer.is_not(None))
    .order_by(TurnTable.number.desc())
    .limit(_limit)
)
EARLIER_MENTIONS = (
    select(TurnTable.mentions)
    .where(
        TurnTable.conversation == _conversation,
        TurnTable.number < select(TurnTable.number).where(TurnTable.id == _turn).scalar_subquery(),
        TurnTable.mentions.is_not(None),
    )
    .order_by(TurnTable.number.desc())
    .limit(1)
)

DROP_EVIDENCE = delete(EvidenceTable).where(EvidenceTable.turn == _turn)
ADD_EVIDENCE = insert(EvidenceTable)
EVIDENCE = (
    select(EvidenceTable.body).where(EvidenceTable.turn == _turn).order_by(EvidenceTable.position)
)

ADD_CLAIM = insert(ClaimTable).inline()
_CLAIM = select(
    ClaimTable.claim, ClaimTable.judged, ClaimTable.status, ClaimTable.explanation
).where(ClaimTable.turn == _turn)
RELEASED = _CLAIM.where(ClaimTable.position.is_not(None)).order_by(ClaimTable.position)
WITHHELD = _CLAIM.where(ClaimTable.position.is_(None)).order_by(ClaimTable.number)

ADD_STEP = insert(StepTable)
_last = (
    select(TurnTable.id, TurnTable.number)
    .where(TurnTable.answer.is_not(None))
    .order_by(TurnTable.number.desc())
    .limit(WINDOW)
    .subquery()
)
LAST_STEPS = (
    select(StepTable.name, StepTable.actual_ms)
    .join(_last, _last.c.id == StepTable.turn)
    .where(StepTable.actual_ms.is_not(None))
    .order_by(_last.c.number)
)

_pending = select(PendingTable.turn, PendingTable.kind, PendingTable.action, PendingTable.slots)
PENDING = _pending.where(PendingTable.conversation == _conversation, PendingTable.over.is_(None))
ASKED_IN = _pending.where(PendingTable.turn == _turn)
DROP_PENDING = delete(PendingTable).where(PendingTable.turn == _turn)
ADD_PENDING = insert(PendingTable)
END_PENDING = (
    update(PendingTable)
    .where(PendingTable.conversation == _conversation, PendingTable.over.is_(None))
    .values(over=bindparam("over"))
)

ACTION = select(ActionTable.name, ActionTable.result, ActionTable.error).where(
    ActionTable.turn == _turn
)
END_ACTION = (
    update(ActionTable)
    .where(ActionTable.turn == _turn, ActionTable.ended.is_(None))
    .values(ended=bindparam("ended"), result=bindparam("result"), error=bindparam("error"))
)

FEEDBACK = select(FeedbackTable.rating, FeedbackTable.correction).where(FeedbackTable.turn == _turn)
DROP_FEEDBACK = delete(FeedbackTable).where(FeedbackTable.turn == _turn)
ADD_FEEDBACK = insert(FeedbackTable)

_key: BindParameter[str] = bindparam("of_key")
NOTE = select(MetaTable.value).where(MetaTable.key == _key)
DROP_NOTE = delete(MetaTable).where(MetaTable.key == _key)
ADD_NOTE = insert(MetaTable)
RATED = (
    select(FeedbackTable.turn, TurnTable.question, FeedbackTable.rating, FeedbackTable.correction)
    .join(TurnTable, TurnTable.id == FeedbackTable.turn)
    .order_by(FeedbackTable.given, FeedbackTable.turn)
)
