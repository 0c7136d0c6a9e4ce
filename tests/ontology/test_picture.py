"""The picture of a term: what it shows, where things stand, and that labels are only text."""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from importlib.machinery import ModuleSpec
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ontopilot.errors import ConfigError, OntologyError
from ontopilot.ontology import Iri, Ontology
from ontopilot.ontology.picture.layout import Box, Layout, laid_out
from ontopilot.ontology.picture.lettering import width, wrapped
from ontopilot.ontology.picture.picture import draw
from ontopilot.ontology.picture.scene import MOST, Link, Relation, Scene, Shown, scene
from ontopilot.ontology.picture.svg import svg
from tests.ontology.conftest import Load, iri

SVG = "{http://www.w3.org/2000/svg}"
NEARLY = 0.01
HOSTILE = "</text><script>alert(1)</script>\u202e\x07 & \" ' ]]> <!--"
TREE = """
:Top a owl:Class . :Up a owl:Class ; rdfs:subClassOf :Top .
:It a owl:Class ; rdfs:label "the kettle" ; rdfs:subClassOf :Up, :Top ;
  rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom :Part ] ;
  rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:onClass :Part ;
    owl:maxQualifiedCardinality "3"^^xsd:nonNegativeInteger ] ;
  rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :d ; owl:hasValue 24 ] ;
  owl:disjointWith :Part, :Other .
:Low a owl:Class ; rdfs:subClassOf :It . :Lower a owl:Class ; rdfs:subClassOf :Low .
:Lowest a owl:Class ; rdfs:subClassOf :Lower .
:Part a owl:Class . :Other a owl:Class .
:p a owl:ObjectProperty ; rdfs:label "has part" . :d a owl:DatatypeProperty ; rdfs:label "months" .
:k a owl:NamedIndividual, :Low ; :p :l . :l a owl:NamedIndividual, :Part .
"""


def drawn(ontology: Ontology, name: str, depth: int = 2) -> Scene:
    return scene(ontology, iri(name), depth=depth)


def columns(found: Scene) -> dict[str, int]:
    return {one.label: one.column for one in found.terms}


def test_what_is_above_stands_left_and_what_is_below_right(load: Load) -> None:
    found = drawn(load(TREE), "It")
    assert columns(found) == {"Top": -2, "Up": -1, "the kettle": 0, "Low": 1, "Lower": 2}
    assert {one.label: one.hidden for one in found.terms}["Lower"] == 1
    assert drawn(load(TREE), "It", depth=3).terms[-1].label == "Lowest"


def test_restrictions_and_disjointness_are_told_beside_the_term(load: Load) -> None:
    found = {(one.name, one.value): one for one in drawn(load(TREE), "It").relations}
    assert found["has part some", "Part"].look == "class"
    assert found["has part max 3", "Part"].look == "class"
    assert found["months", "24"].look == "value"
    assert ("is disjoint with", "Other, Part") in found or (
        "is disjoint with",
        "Part, Other",
    ) in found


def test_inferred_facts_and_those_that_lead_here_are_marked(load: Load) -> None:
    individual = drawn(load(TREE), "k")
    months = next(one for one in individual.relations if one.name == "months")
    assert months.inferred
    assert next(one for one in individual.relations if one.name == "has part").to
    assert columns(individual)["Low"] == -1
    lid = drawn(load(TREE), "l")
    assert [(one.name, one.value, one.to) for one in lid.relations] == [("has part", "k", False)]


def test_a_property_shows_its_ends_and_inverse(load: Load) -> None:
    turtle = TREE + ":p rdfs:domain :It ; owl:inverseOf :q . :q a owl:ObjectProperty ."
    found = {(one.name, one.value) for one in drawn(load(turtle), "p").relations}
    assert found == {("starts from", "the kettle"), ("is inverse of", "q")}


def test_classes_that_are_the_same_do_not_make_a_circle(load: Load) -> None:
    found = drawn(load(":A a owl:Class ; owl:equivalentClass :B . :B a owl:Class ."), "A")
    assert columns(found) == {"A": 0}
    assert [(one.name, one.value) for one in found.relations] == [("is defined as", "B")]


def test_what_finds_no_room_is_counted(load: Load) -> None:
    many = "".join(f":C{n} a owl:Class ; rdfs:subClassOf :A . " for n in range(MOST + 7))
    found = drawn(load(":A a owl:Class . " + many), "A")
    assert found.left_out == 7
    assert len(found.terms) == MOST + 1
    assert "7 terms and relations are left out" in svg(found)


# --- layout -------------------------------------------------------------------------------------


def boxes_of(layout: Layout) -> list[Box]:
    return [*layout.boxes, *(row.box for row in layout.rows)]


def overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


labels = st.text(min_size=1, max_size=60)


@st.composite
def scenes(draw_one: st.DrawFn) -> Scene:
    """A term with others in any columns, links from right to left, and relations."""
    terms = [Shown(Iri("u:0"), draw_one(labels), "class", 0)]
    for number in range(1, draw_one(st.integers(0, 12)) + 1):
        column = draw_one(st.integers(-4, 4).filter(bool))
        look = draw_one(st.sampled_from(["class", "individual", "property"]))
        terms.append(Shown(Iri(f"u:{number}"), draw_one(labels), look, column, number % 3))
    pairs = [(a, b) for a, b in combinations(terms, 2) if a.column != b.column]
    chosen = draw_one(st.lists(st.sampled_from(pairs), max_size=12)) if pairs else []
    links = tuple(
        Link(*((a.iri, b.iri) if a.column > b.column else (b.iri, a.iri)), inferred=a.hidden > 0)
        for a, b in dict.fromkeys(chosen)
    )
    relations = tuple(
        Relation(name, value, "value", to=bool(number % 2), inferred=bool(number % 3))
        for number, (name, value) in enumerate(
            draw_one(st.lists(st.tuples(labels, labels), max_size=6))
        )
    )
    return Scene(Iri("u:0"), terms[0].label, "class", "a file", tuple(terms), links, relations, 0)


@settings(max_examples=60, deadline=None)
@given(found=scenes())
def test_no_box_overlaps_another_and_every_text_fits(found: Scene) -> None:
    layout = laid_out(found)
    boxes = boxes_of(layout)
    assert not any(overlap(one, other) for one, other in combinations(boxes, 2))
    for box in boxes:
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= layout.width
        assert box.y + box.height <= layout.height
        assert all(width(line, bold=box.focus) <= box.width for line in box.lines)
    for row in layout.rows:
        assert all(row.x + 14 + width(line) <= row.box.x for line in row.lines)


@settings(max_examples=60, deadline=None)
@given(found=scenes())
def test_no_link_passes_behind_a_box(found: Scene) -> None:
    layout = laid_out(found)
    for path in layout.paths:
        points = path.points
        assert len(points) % 2 == 0
        for enter, leave in zip(points[::2], points[1::2], strict=True):
            assert enter[1] == leave[1], "what is straight is level"
            assert not any(
                box.y < enter[1] < box.y + box.height
                and box.x < enter[0]
                and leave[0] < box.x + box.width
                for box in layout.boxes
            )
        for start, end in zip(points[1:-1:2], points[2:-1:2], strict=True):
            left, right = end[0] + NEARLY, start[0] - NEARLY
            between = [b for b in layout.boxes if b.x < right and left < b.x + b.width]
            assert not between, "what is bent runs between columns"


def test_a_disjoint_union_is_told_as_one(load: Load) -> None:
    turtle = ":A a owl:Class ; owl:disjointUnionOf ( :B :C ) . :B a owl:Class . :C a owl:Class ."
    found = {(one.name, one.value) for one in drawn(load(turtle), "A").relations}
    assert found == {("is divided into", "B, C")}


@settings(max_examples=60, deadline=None)
@given(found=scenes())
def test_any_label_makes_well_formed_xml_with_all_of_its_letters(found: Scene) -> None:
    root = ElementTree.fromstring(svg(found))
    shown = "".join("".join(text.itertext()) for text in root.iter(f"{SVG}text"))
    for one in found.terms:
        wanted = re.sub(r"\s", "", one.label)
        assert not wanted.isprintable() or wanted in re.sub(r"\s", "", shown)


@given(text=st.text(max_size=80), room=st.integers(30, 300))
def test_wrapped_lines_fit_and_lose_nothing(text: str, room: int) -> None:
    lines = wrapped(text, room)
    assert all(width(line) <= room or len(line) == 1 for line in lines)
    wanted = "".join(one if one.isprintable() else "�" for one in "".join(text.split()))
    assert "".join(lines).replace(" ", "") == wanted.replace(" ", "")


# --- the file -----------------------------------------------------------------------------------


def test_the_picture_stands_alone_and_speaks_to_screen_readers(load: Load, tmp_path: Path) -> None:
    path = tmp_path / "it.svg"
    found = draw(load(TREE), iri("It"), path)
    assert found.left_out == 0
    root = ElementTree.fromstring(path.read_text(encoding="utf-8"))
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "title desc"
    assert root.findtext(f"{SVG}title") == "the kettle, class"
    said = root.findtext(f"{SVG}desc") or ""
    assert "Low is directly below the kettle." in said
    assert "the kettle has part some Part." in said
    style = root.findtext(f"{SVG}style") or ""
    assert "prefers-color-scheme: dark" in style
    assert "url(" not in style
    assert not [one for one in root.iter() if one.get("href") or one.tag.endswith("script")]
    assert list(tmp_path.glob("*.svg")) == [path]


def test_hostile_labels_are_text(load: Load, tmp_path: Path) -> None:
    path = tmp_path / "it.svg"
    draw(load(f":A a owl:Class ; rdfs:label {json.dumps(HOSTILE)} ."), iri("A"), path)
    text = path.read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)
    assert not [one for one in root.iter() if one.tag.endswith("script")]
    assert "alert(1)" in "".join(root.itertext())
    assert not {"\u202e", "\x07"} & set(text)


def test_a_name_of_no_known_kind_and_a_place_that_is_none_are_refused(
    load: Load, tmp_path: Path
) -> None:
    ontology = load(TREE)
    with pytest.raises(ConfigError, match=r"must end with \.svg or \.png"):
        draw(ontology, iri("It"), tmp_path / "it.gif")
    with pytest.raises(OntologyError, match="cannot be written"):
        draw(ontology, iri("It"), tmp_path / "absent" / "it.svg")
    assert list(tmp_path.iterdir()) == [ontology.path]


def test_a_png_without_cairosvg_names_what_to_install(
    load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"pip install cairosvg.*\.svg"):
        draw(load(TREE), iri("It"), tmp_path / "it.png")


def test_a_png_is_what_cairosvg_makes_of_the_svg(
    load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = ModuleSpec("cairosvg", None)
    double = SimpleNamespace(
        __spec__=found, svg2png=lambda bytestring, scale: b"PNG of " + bytestring[:5]
    )
    monkeypatch.setitem(sys.modules, "cairosvg", double)
    draw(load(TREE), iri("It"), tmp_path / "it.png")
    assert (tmp_path / "it.png").read_bytes() == b"PNG of <?xml"


LETTERS = [
    "MMMMWWWW mwmw @@@@ %%%%",
    "Wasserkocher mit Überlaufschutz und Kabelaufwicklung",
    "湯沸かしポットと加湿器",
    "Чайник электрический ЩЖЮ",
    "غلاية كهربائية للماء",
    "electric kettle 🫖🔥",
    "Pneumonoultramicroscopicsilicovolcanoconiosis",
    "नीली केतली",
]


@pytest.mark.chromium
def test_a_browser_draws_every_text_within_its_box(load: Load, tmp_path: Path) -> None:
    program = shutil.which("chromium") or ""
    below = "".join(
        f':C{n} a owl:Class ; rdfs:subClassOf :A ; rdfs:label "{text}" . '
        for n, text in enumerate(LETTERS)
    )
    ontology = load(f":A a owl:Class ; rdfs:label {json.dumps(LETTERS[0])} . {below}")
    path = tmp_path / "it.svg"
    draw(ontology, iri("A"), path)
    page = tmp_path / "page.html"
    measure = """
    const out = [...document.querySelectorAll('svg g > rect.box')].flatMap(rect =>
      [...rect.parentNode.querySelectorAll('text')].map(text => {
        const a = rect.getBBox(), b = text.getBBox();
        return {text: text.textContent, left: b.x - a.x, top: b.y - a.y,
          right: a.x + a.width - b.x - b.width, bottom: a.y + a.height - b.y - b.height};
      }));
    document.body.innerHTML = '<pre id="found">' + JSON.stringify(out) + '</pre>';
    """
    drawing = path.read_text(encoding="utf-8").split("?>", 1)[1]
    page.write_text(f'<meta charset="utf-8">{drawing}<script>{measure}</script>', encoding="utf-8")
    done = subprocess.run(
        [program, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", page.as_uri()],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    (measured,) = re.findall(r'<pre id="found">(.*?)</pre>', done.stdout, re.DOTALL)
    found = json.loads(measured)
    assert len(found) >= len(LETTERS)
    for one in found:
        sides = [one[side] for side in ("left", "top", "right", "bottom")]
        assert min(sides) >= 0, one
