"""The lines in which two texts differ: patience diff, whose result is small for scattered edits."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

Block = tuple[int, int, int, int]
"""Lines `a` to `b` of the old text become lines `c` to `d` of the new one."""

CONTEXT = 3


def unified(old: str, new: str, name: str) -> str:
    """A unified diff, empty where the texts are equal."""
    before, after = _lines(old), _lines(new)
    out: list[str] = []
    for group in _grouped(list(changed(before, after))):
        start, end = max(group[0][0] - CONTEXT, 0), min(group[-1][1] + CONTEXT, len(before))
        shift = group[0][2] - group[0][0]
        last = end + group[-1][3] - group[-1][1]
        out.append(f"@@ -{_range(start, end)} +{_range(start + shift, last)} @@\n")
        at = start
        for a, b, c, d in group:
            out += [" " + line for line in before[at:a]]
            out += ["-" + line for line in before[a:b]] + ["+" + line for line in after[c:d]]
            at = b
        out += [" " + line for line in before[at:end]]
    head = [f"--- a/{name}\n", f"+++ b/{name}\n"] if out else []
    missing = "\n\\ No newline at end of file\n"
    return "".join(line if line.endswith("\n") else line + missing for line in (*head, *out))


def changed(old: Sequence[str], new: Sequence[str]) -> Iterator[Block]:
    """The blocks of lines that differ, in order."""
    waiting = [(0, len(old), 0, len(new))]
    while waiting:
        a, b, c, d = waiting.pop()
        while a < b and c < d and old[a] == new[c]:
            a, c = a + 1, c + 1
        while a < b and c < d and old[b - 1] == new[d - 1]:
            b, d = b - 1, d - 1
        if a == b or c == d:
            if a < b or c < d:
                yield a, b, c, d
            continue
        anchors = _anchors(old, new, (a, b, c, d))
        if not anchors:
            yield from _compared(old, new, (a, b, c, d))
            continue
        parts: list[Block] = []
        for i, j in (*anchors, (b, d)):
            parts.append((a, i, c, j))
            a, c = i, j
        waiting.extend(reversed(parts))


def _anchors(old: Sequence[str], new: Sequence[str], block: Block) -> list[tuple[int, int]]:
    """Lines that occur once in both texts, as many as keep their order."""
    a, b, c, d = block
    ours, theirs = Counter(old[a:b]), Counter(new[c:d])
    places = {line: j for j, line in enumerate(new[c:d], c) if theirs[line] == 1}
    pairs = [(i, places[old[i]]) for i in range(a, b) if ours[old[i]] == 1 and old[i] in places]
    tops: list[int] = []
    last: list[int] = []
    back: list[int] = []
    for number, (_, j) in enumerate(pairs):
        at = bisect_left(tops, j)
        back.append(last[at - 1] if at else -1)
        if at == len(tops):
            tops.append(j)
            last.append(number)
        else:
            tops[at], last[at] = j, number
    found: list[tuple[int, int]] = []
    at = last[-1] if last else -1
    while at >= 0:
        found.append(pairs[at])
        at = back[at]
    return found[::-1]


def _compared(old: Sequence[str], new: Sequence[str], block: Block) -> Iterator[Block]:
    a, b, c, d = block
    matcher = SequenceMatcher(None, old[a:b], new[c:d], autojunk=(b - a) * (d - c) > 4_000_000)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag != "equal":
            yield a + i, a + j, c + k, c + m


def _grouped(blocks: list[Block]) -> Iterator[list[Block]]:
    group: list[Block] = []
    for block in blocks:
        if group and block[0] - group[-1][1] > 2 * CONTEXT:
            yield group
            group = []
        group.append(block)
    if group:
        yield group


def _range(start: int, end: int) -> str:
    return f"{start + 1 if end > start else start},{end - start}"


def _lines(text: str) -> list[str]:
    """Lines with their ends; only a line feed ends one."""
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + lines[-1:] * bool(lines[-1])
