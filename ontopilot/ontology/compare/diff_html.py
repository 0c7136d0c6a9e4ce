"""A difference as one page of HTML that needs nothing else: for reviews, archives and print."""

from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import get_args

from ontopilot.errors import OntologyError
from ontopilot.ontology.compare.difference import (
    Change,
    Consequence,
    Diff,
    Side,
    Status,
    TermDiff,
    Value,
)

_STYLE = """
:root { color-scheme: light dark; --line: #8886; --quiet: #5d6470; --panel: #f6f7f9;
  --come: #0b6b32; --come-bg: #e3f6ea; --gone: #a81622; --gone-bg: #fdeaec; --move: #7a4d00;
  --name: #0a4fa3 }
@media (prefers-color-scheme: dark) { :root { --quiet: #a4acb9; --panel: #1d2127;
  --come: #7fdca0; --come-bg: #12301e; --gone: #ff9aa2; --gone-bg: #3b1418; --move: #f0c060;
  --name: #8ebcff } body { background: #14171b; color: #e7eaee } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem; margin-bottom: .25rem } h2 { margin-top: 2.5rem; font-size: 1.2rem }
code { font: .85em ui-monospace, monospace; color: var(--quiet); overflow-wrap: anywhere }
.counts, .notes, .facts, .all { list-style: none; padding: 0 }
.counts { display: flex; flex-wrap: wrap; gap: .5rem }
.counts li { border: 1px solid var(--line); border-radius: 1rem; padding: .1rem .75rem }
.notes li { color: var(--move) }
.facts li { padding: .1rem .5rem; margin: .15rem 0; border-radius: .25rem }
article { border: 1px solid var(--line); border-radius: .5rem; margin: 1rem 0; padding: .5rem 1rem;
  background: var(--panel); break-inside: avoid-page }
article h3 { margin: .25rem 0; font-size: 1rem; font-weight: 600 }
article h3 small { font-weight: 400; color: var(--quiet) }
.status { font-size: .8rem; border-radius: .25rem; padding: .1rem .4rem; margin-right: .35rem }
.added .status, .come { color: var(--come); background: var(--come-bg) }
.removed .status, .gone { color: var(--gone); background: var(--gone-bg) }
.moved .status { color: var(--move) } .renamed .status { color: var(--name) }
.moved .status, .renamed .status, .changed .status { border: 1px solid var(--line) }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100%; table-layout: fixed }
col.what { width: 11rem }
th, td { text-align: left; vertical-align: top; padding: .25rem .5rem; font-weight: 400;
  border-top: 1px solid var(--line); overflow-wrap: anywhere; white-space: pre-wrap }
th { color: var(--quiet) }
ins, del { text-decoration: none; border-radius: .2rem; padding: 0 .25rem; display: inline-block }
ins { color: var(--come); background: var(--come-bg) }
del { color: var(--gone); background: var(--gone-bg) }
ins::before { content: "+ " } del::before { content: "\\2212  " }
td small { display: block; color: var(--quiet) }
@media (max-width: 40rem) { col.what { width: 7rem } }
@media print { :root { color-scheme: light; --quiet: #444; --panel: #fff; --come: #0b6b32;
  --come-bg: #fff; --gone: #a81622; --gone-bg: #fff; --move: #7a4d00; --name: #0a4fa3 }
  body { max-width: none; margin: 0; font-size: 10pt; background: #fff; color: #000 }
  article { padding: .25rem .5rem }
  details::details-content { content-visibility: visible; block-size: auto } }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def write_page(path: Path, diff: Diff) -> None:
    """Write the page of a difference.

    Raises:
        OntologyError: the file cannot be written.
    """
    try:
        path.write_text(page(diff), encoding="utf-8", errors="replace")
    except OSError as error:
        raise OntologyError(
            f"page {str(path)!r} cannot be written: {error.strerror}; give another path"
        ) from None


def page(diff: Diff) -> str:
    """The page: whatever the ontologies say is text, never markup, and nothing is fetched."""
    old, new = Path(diff.old.path).name, Path(diff.new.path).name
    title = f"Changes of {new}" if old == new else f"Changes from {old} to {new}"
    parts = [f"<h1>{_text(title)}</h1>", _side("from", diff.old), _side("to", diff.new)]
    parts += [_counts(diff), _notes(diff.notes), _terms(diff.terms), _axioms(diff.axioms)]
    if diff.reasoned:
        parts += [_consequences(diff)]
    parts += [_touched(diff)]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_plain(title)}</title>\n<style>{_STYLE}</style></head>\n<body><main>\n"
        + "\n".join(part for part in parts if part)
        + "\n</main></body></html>\n"
    )


def _plain(text: str) -> str:
    return escape("".join(one if one.isprintable() or one in "\n\t" else "�" for one in text))


def _text(text: str) -> str:
    """Text that cannot change the page, nor the direction in which the text beside it is read."""
    return f"<bdi>{_plain(text)}</bdi>"


def _side(word: str, side: Side) -> str:
    name = f" {_text(side.iri)}" if side.iri and not side.iri.startswith("file:") else ""
    return f"<div>{word} <code>{_text(side.path)}{name}</code></div>"


def _counts(diff: Diff) -> str:
    items = "".join(f"<li>{_text(one)}</li>" for one in diff.summary().split(", "))
    return f'<ul class="counts">{items}</ul>'


def _notes(notes: Iterable[str]) -> str:
    items = "".join(f"<li>{_text(one)}</li>" for one in notes)
    return f'<ul class="notes">{items}</ul>' if items else ""


def _terms(terms: tuple[TermDiff, ...]) -> str:
    of_status = {status: [one for one in terms if one.status == status] for status in _ORDER}
    listed = [one for found in of_status.values() for one in found]
    return f"<h2>Terms</h2>{''.join(map(_term, listed))}" if listed else ""


_ORDER: tuple[Status, ...] = get_args(Status)


def _term(term: TermDiff) -> str:
    named = term.term
    where = f"<code>{_text(named.iri)}</code>"
    if term.old and term.new and term.status == "renamed":
        where = f"<del>{_text(term.old.iri)}</del> <ins>{_text(term.new.iri)}</ins>"
    return (
        f'<article class="{term.status}"><h3><span class="status">{term.status}</span>'
        f"{_text(named.label)} <small>{_text(named.kind)}</small></h3>{where}"
        f"{_table(term.changes)}</article>"
    )


def _axioms(changes: tuple[Change, ...]) -> str:
    if not changes:
        return ""
    return (
        f'<h2>Axioms about several terms</h2><article class="changed">{_table(changes)}</article>'
    )


def _table(changes: tuple[Change, ...]) -> str:
    if not changes:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{_text(change.heading)}</th><td>{_said(change.removed, "del")}</td>'
        f"<td>{_said(change.added, 'ins')}</td></tr>"
        for change in changes
    )
    return (
        '<div class="scroll"><table><colgroup><col class="what"><col><col></colgroup>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _said(values: tuple[Value, ...], tag: str) -> str:
    return "".join(
        f'<div><{tag} title="{_plain(one.expression)}">{_text(one.text)}</{tag}>'
        + "".join(f"<small>{_text(note)}</small>" for note in one.notes)
        + "</div>"
        for one in values
    )


def _consequences(diff: Diff) -> str:
    if not diff.gained and not diff.lost:
        return ""
    return (
        "<h2>What follows</h2>"
        + _facts("Follows now", diff.gained, "come")
        + _facts("Follows no longer", diff.lost, "gone")
    )


def _facts(title: str, found: tuple[Consequence, ...], kind: str) -> str:
    items = "".join(f'<li class="{kind}">{_text(one.text)}</li>' for one in found)
    return f'<h3>{title}</h3><ul class="facts">{items}</ul>' if items else ""


def _touched(diff: Diff) -> str:
    if not diff.touched:
        return ""
    items = "".join(f"<li><code>{_text(iri)}</code></li>" for iri in diff.touched)
    return (
        f"<h2>Terms touched</h2><details><summary>{len(diff.touched)} whose words, place or facts "
        f'differ</summary><ul class="all">{items}</ul></details>'
    )
