"""Changes of a sentence by rule: those that keep its meaning, and those that do not."""

import random
import re
from collections.abc import Callable, Sequence

from ontopilot.prose import quantities

_LEADS = (
    "",
    "",
    "",
    "",
    "Yes, ",
    "Please note that ",
    "In short: ",
    "As far as we know, ",
    "Note: ",
)
_SHORT = {
    "do not": "don't",
    "cannot": "can not",
    "is not": "isn't",
    "are not": "aren't",
    "does not": "doesn't",
    "must not": "may not",
    "e-mail": "email",
    "telephone": "phone",
    "within": "in",
    "at least": "no less than",
    "at most": "no more than",
    "buy": "purchase",
    "free of charge": "for free",
    "therefore": "so",
    "however, ": "",
    "also ": "",
    "you need": "you will need",
    "begin": "start",
    "show": "display",
    "every": "each",
    "repair": "fix",
    "about ": "around ",
    "because": "since",
    "if ": "in case ",
    "customers": "clients",
    "price": "cost",
    "more than": "over",
    "quickly": "fast",
}
_SPELLED = dict(
    enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
)


def harmless(sentence: str, told: Sequence[str], rng: random.Random) -> str:
    """A change that keeps the meaning."""
    text = sentence
    for _ in range(rng.randint(0, 2)):
        present = [(a, b) for a, b in _SHORT.items() if a in text]
        if present:
            text = text.replace(*rng.choice(present), 1)
    numbers = [m for m in re.finditer(r"(?<![\w.,])(\d{1,2})(?![\w.,:]\d|\w)", text)
               if int(m[1]) in _SPELLED]  # fmt: skip
    if numbers and rng.random() < 0.5:
        found = rng.choice(numbers)
        text = text[: found.start()] + _SPELLED[int(found[1])] + text[found.end() :]
    roll = rng.random()
    if roll < 0.15 and (cut := re.search(r"[;,] (?:and|but|so|because) ", text)):
        head = text[: cut.start()]
        if len(head.split()) > 4 and not re.match(r"(?:If|When|Unless|Before|After|Once)\b", head):
            text = head + "."
    elif roll < 0.3:
        other = rng.choice(told)
        if other != sentence:
            text = f"{text.rstrip('.')}, and {other[0].lower()}{other[1:]}"
    elif roll < 0.45 and (front := re.match(r"(If|When|Once|Before|After) ([^,]+), (.+)\.$", text)):
        text = f"{front[3][0].upper()}{front[3][1:]} {front[1].lower()} {front[2]}."
    lead = rng.choice(_LEADS)
    if lead and not re.match(r"(?:I|[A-Z]\w*[A-Z\d])", text):
        text = lead + text[0].lower() + text[1:]
    return text


_Change = Callable[[str, Sequence[str], str, random.Random], str]


def harmful(sentence: str, told: Sequence[str], text: str, rng: random.Random) -> str:
    """A change of the meaning; "" where none fits."""
    changes: list[_Change] = [_number, _unit, _deny, _deny, _turn, _turn, _swap_names, _swap_names,
                              _cross, _cross, _drop_condition]  # fmt: skip
    rng.shuffle(changes)
    for change in changes:
        changed = change(sentence, told, text, rng)
        if changed and changed != sentence:
            if rng.random() < 0.5:
                soft = harmless(changed, [changed], rng)
                return soft if soft != sentence else changed
            return changed
    return ""


def _number(sentence: str, told: Sequence[str], text: str, rng: random.Random) -> str:
    found = list(re.finditer(r"(?<![\w-])\d+(?:[.,]\d+)?(?![\w-]*\w*-)", sentence))
    found = [m for m in found if m.start() and not re.search(r"[A-Z]\w* $", sentence[: m.start()])]
    if not found:
        words = "one two three four five six seven eight nine ten twenty thirty half".split()
        spelled = [m for m in re.finditer(r"\b[a-z]+\b", sentence) if m.group() in words]
        if not spelled:
            return ""
        one = rng.choice(spelled)
        return _replaced(sentence, one, rng.choice([w for w in words if w != one.group()]))
    one = rng.choice(found)
    value = float(one.group().replace(",", ""))
    others = [m.group() for m in re.finditer(r"(?<![\w-])\d+(?:[.,]\d+)?", text)]
    others = [o for o in others if o != one.group()]
    if others and rng.random() < 0.5:
        return _replaced(sentence, one, rng.choice(others))
    new = rng.choice([value * 2, value * 10, value + 1, value + 5, max(1.0, value - 1), value / 2])
    shown = f"{new:g}" if new != value else f"{value + 2:g}"
    return _replaced(sentence, one, shown)


def _replaced(sentence: str, found: "re.Match[str]", new: str) -> str:
    return sentence[: found.start()] + new + sentence[found.end() :]


_UNITS = (
    "seconds minutes hours days weeks months years",
    "second minute hour day week month year",
    "cm metres mm kilometres",
    "grams kilograms litres millilitres",
    "euros cents",
    "watts kilowatts volts",
    "Mbit/s Gbit/s",
    "GB MB TB",
    "°C %",
)


def _unit(sentence: str, told: Sequence[str], text: str, rng: random.Random) -> str:
    for family in rng.sample(_UNITS, len(_UNITS)):
        names = family.split()
        for name in rng.sample(names, len(names)):
            if found := re.search(rf"(?<![\w]){re.escape(name)}(?!\w)", sentence):
                return _replaced(sentence, found, rng.choice([n for n in names if n != name]))
    return ""


_DENIALS = (
    (r"\b(must|may|can|should|will|could|would|do|does|is|are|was|were|has|have) not\b", r"\1"),
    (r"\bcannot\b", "can"),
    (r"\b(don't|do not) ", ""),
    (r"\bDo not (\w)", lambda m: m[1].upper()),
    (r"\bnever\b", "always"),
    (r"\bNever (\w)", lambda m: m[1].upper()),
    (r"\bno longer\b", "still"),
    (r"\bwithout\b", "with"),
    (r"\bno\b", "a"),
    (r"\bneither\b", "both"),
    (r"\bnothing\b", "everything"),
)
_AFFIRM = (
    (r"\b(must|may|should|will|could|would|is|are|was|were) (?!not)", r"\1 not "),
    (r"\bcan (?!not)", "cannot "),
    (r"\b(always|usually|often)\b", "never"),
    (r"\bwith\b", "without"),
    (
        r"\b(needs|costs|takes|works|covers|includes|contains|runs|lasts|means|shows|comes|goes)\b",
        lambda m: f"does not {m[1][:-2] if m[1] == 'goes' else m[1].removesuffix('s')}",
    ),
    (r"^([A-Z][a-z]+) the\b", lambda m: f"Do not {m[1].lower()} the"),
)


def _deny(sentence: str, told: Sequence[str], text: str, rng: random.Random) -> str:
    rules = list(_DENIALS) * 2 + list(_AFFIRM)
    rng.shuffle(rules)
    for pattern, new in rules:
        found = list(re.finditer(pattern, sentence))
        if found:
            one = rng.choice(found)
            changed = re.sub(pattern, new, one.group())
            return sentence[: one.start()] + changed + sentence[one.end() :]
    return ""


_TURNS = """
before/after more/less more/fewer free/chargeable open/close opened/sealed hot/cold warm/cold
inside/outside above/below left/right first/last always/sometimes all/some every/most only/also
upper/lower top/bottom early/late earlier/later new/used on/off increase/reduce allowed/forbidden
possible/impossible enable/disable accept/refuse accepted/rejected small/large high/low higher/lower
long/short fast/slow quickly/slowly full/empty wet/dry buy/sell lend/borrow start/stop begin/end
minimum/maximum at least/at most up to/from include/exclude included/excluded keep/discard
connect/disconnect remove/insert tighten/loosen up/down front/back add/remove safe/dangerous
green/red white/black blue/yellow morning/evening weekdays/weekends online/in person adults/children
in advance/afterwards quiet/loud light/heavy soft/hard private/business same/different
until/from monthly/yearly daily/weekly we/you customer/shop email/letter
"""


def _turn(sentence: str, told: Sequence[str], text: str, rng: random.Random) -> str:
    couples = [tuple(c.split("/")) for line in _TURNS.strip().split("\n")
               for c in re.findall(r"[\w ]+?/(?:at most|in person|[\w]+)", line)]  # fmt: skip
    rng.shuffle(couples)
    for one, other in couples:
        for a, b in ((one.strip(), other.strip()), (other.strip(), one.strip())):
            if found := re.search(rf"\b{re.escape(a)}\b", sentence):
                return _replaced(sentence, found, b)
    return ""


_NAME = re.compile(r"(?<![.!?:] )(?<!^)\b[A-Z][\w-]+(?: [A-Z\d][\w-]*)*")


def _swap_names(sentence: str, told: Sequence[str], text: str, rng: random.Random) -> str:
    ours = list(_NAME.finditer(sentence))
    if not ours:
        return ""
    theirs = {m.group() for m in _NAME.finditer(text)} - {m.group() for m in ours}
    if len(ours) >= 2 and rng.random() < 0.4:
        a, b = rng.sample(ours, 2)
        if a.group() != b.group():
            first, second = sorted((a, b), key=lambda m: m.start())
            return (
                sentence[: first.start()]
                + second.group()
                + sentence[first.end() : second.start()]
                + first.group()
                + sentence[second.end() :]
            )
    if not theirs:
        return ""
    return _replaced(sentence, rng.choice(ours), rng.choice(sorted(theirs)))


_SPLITS = (
    r", (?:and|but|while|so|because|then) ",
    r": ",
    r"; ",
    r" (?:costs?|needs?|takes?|means?) ",
    r" (?:is|are|has|have) ",
    r" (?:must|may|can|should) ",
    r", ",
)


def _cross(sentence: str, told: Sequence[str], text: str, rng: random.Random) -> str:
    """The head of one sentence with the tail of another one that has the same joint."""
    for pattern in _SPLITS:
        mine = re.search(pattern, sentence)
        if not mine or mine.start() < 5:
            continue
        others = [(s, m) for s in told if s != sentence and (m := re.search(pattern, s))]
        others = [(s, m) for s, m in others if m.start() > 4 and m.group() == mine.group()]
        if others:
            other, at = rng.choice(others)
            if rng.random() < 0.5:
                return sentence[: mine.end()] + other[at.end() :]
            return other[: at.end()] + sentence[mine.end() :]
    amounts = quantities(sentence)
    if len(amounts) >= 2:
        a, b = sorted(rng.sample(list(amounts), 2), key=lambda q: q.start)
        if a.text != b.text and a.end <= b.start:
            return (
                sentence[: a.start]
                + b.text
                + sentence[a.end : b.start]
                + a.text
                + sentence[b.end :]
            )
    return ""


_CONDITIONS = (
    r"^(?:If|When|Unless|Only if|Provided that|As long as) [^,]+, (\w)(.+)$",
    r"^(.*?),? (?:if|when|unless|provided that|as long as|except|only if|until) [^,.;]+([.;,].*)$",
    r"\b(?:only|up to|at most|at least|nearly|usually) ()(.+)$",
)


def _drop_condition(sentence: str, told: Sequence[str], text: str, rng: random.Random) -> str:
    for pattern in _CONDITIONS:
        if found := re.search(pattern, sentence):
            head = sentence[: found.start()]
            kept = (found[1].upper() if len(found[1]) == 1 else found[1]) + found[2]
            return (head + kept).strip()
    return ""
