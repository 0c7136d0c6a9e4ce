"""Everyday words that mean the same in service talk, so that a paraphrase is recognised.

Only words that can stand for one another in any domain: names of things belong to the ontology.
"""

import re
from functools import lru_cache

from ontopilot.prose.words import STOP_WORDS, stem, tokens

# The first word of a line stands for the others.
_GROUPS = """
buy purchase bought acquire
refund reimburse reimbursement repay refunds
repair fix mend
replace substitute
start begin commence begun began
stop halt cease
need require necessary requirement needed
allow permit permission
contact reach
call phone telephone
help assist assistance
send ship dispatch sent
deliver arrive delivery arrival
cost price fee charge
choose select pick
keep retain kept
defective faulty broken malfunctioning broke
problem issue trouble
item product article goods
appliance device machine unit
customer buyer client
receive obtain
unplug disconnect
press push
check inspect verify examine
remove detach
put place
show display indicate shown
fast quick quickly rapid rapidly
big large
small little
manual handbook guide
invoice bill
parcel package
warranty guarantee guaranteed
period duration
include contain comprise
exclude exclusion
change modify alter
wifi wlan wireless
descale decalcify descaling
limescale lime scale
leak drip leaking
loud noisy noise
child kid kids children
happen occur
tell inform notify told
ask request
use operate
suitable appropriate fit
expire lapse
compulsory mandatory obligatory
annual yearly
shop store
late delayed delay
lose lost missing
cancel cancellation
weigh weight
"""
_PHRASES = (
    (r"\b(?:send|sent|sending|bring|take|give|ship)(?: (?:it|them|this|that))? back\b", "return"),
    (r"\b(?:my |your |the )?money back\b", "refund"),
    (r"\bno(?:t)? (?:more|longer|later|higher|greater) than\b|\bnever more than\b", "at most"),
    (r"\bno(?:t)? (?:less|fewer|shorter|lower) than\b|\bnever less than\b", "at least"),
    (r"\b(?:nobody|no ?one|nothing|none|nowhere)(?: else)? (?:but|except|other than)\b", "only"),
    (r"\b(?:pay|pays|cost|costs|charge|charges) nothing\b|\bwithout (?:paying|a fee)\b"
     r"|\b(?:do|does)(?: not|n['’]t) (?:cost|pay)(?: you)? anything\b|\bno extra\b", "free"),
    (r"\b(?:forbidden|prohibited|banned)\b", "not allowed"),
    (r"\bimpossible\b", "not possible"),
    (r"\bfree of charge\b|\bat no (?:extra )?(?:charge|cost)\b|\bwithout (?:charge|cost)\b"
     r"|\bno (?:extra )?(?:charge|cost|fee)\b", "free"),
    (r"\b(?:switch|turn|power)(?:ed|es|s|ing)?(?: (?:it|them))? off\b", "switchoff"),
    (r"\b(?:switch|turn|power)(?:ed|es|s|ing)?(?: (?:it|them))? on\b", "switchon"),
    (r"\bproof of (?:purchase|buying)\b", "receipt"),
    (r"\bget(?:s|ting)? in touch\b", "contact"),
    (r"\b(?:doesn['’]t|does not|not|stopped|won['’]t) work(?:ing)?\b", "defective"),
    (r"\b(?:take|taken|taking) (?:it |them )?(?:out|off)\b", "remove"),
    (r"\bas well as\b", "and"),
    (r"\bset(?:ting)? up\b", "setup"),
    (r"\bhow long\b", "period"),
)  # fmt: skip


@lru_cache(maxsize=1)
def _first_of_group() -> dict[str, str]:
    table: dict[str, str] = {}
    for line in _GROUPS.strip().splitlines():
        first, *others = line.split()
        table.update({stem(word): stem(first) for word in others if word not in STOP_WORDS})
    return table


@lru_cache(maxsize=65536)
def concept(word: str) -> str:
    """The stem that stands for a word and for those that mean the same."""
    base = stem(word)
    return _first_of_group().get(base, base)


@lru_cache(maxsize=1)
def _phrases() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern, re.IGNORECASE), word) for pattern, word in _PHRASES)


@lru_cache(maxsize=16384)
def canonical(text: str) -> str:
    """A text with everyday phrases reduced to one word each: `send it back` to `return`."""
    for pattern, word in _phrases():
        text = pattern.sub(word, text)
    return text


@lru_cache(maxsize=16384)
def concepts(text: str) -> tuple[str, ...]:
    """As `content_words`, with everyday synonyms and phrases reduced to one word each."""
    return tuple(
        concept(word)
        for _, _, word in tokens(canonical(text))
        if word.lower().replace("’", "'") not in STOP_WORDS
    )
