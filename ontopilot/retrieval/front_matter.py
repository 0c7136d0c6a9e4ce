"""The front matter of Markdown: what a page says of itself before it begins."""

import re
from collections.abc import Mapping

from ontopilot.retrieval.document import Document
from ontopilot.retrieval.metadata import metadata

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^([A-Za-z][\w -]*):[ \t]+(.+?)[ \t]*$", re.MULTILINE)


def without_front_matter(text: str, name: str) -> Document:
    """A Markdown page without its front matter, whose fields become its title and metadata."""
    front = _FRONT_MATTER.match(text)
    if front is None:
        return Document(name, text)
    said = metadata(_fields(front.group(1)).items())
    title = next((value for field, value in said if field.lower() == "title"), "")
    return Document(name, text[front.end() :], title, metadata=((0, said),))


def _fields(text: str) -> Mapping[object, object]:
    """Front matter is YAML; where it is not, as in `title: Kettles: care`, it is read by lines."""
    import yaml

    try:
        found = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        # A ValueError is a date such as 2026-02-31.
        found = None
    if isinstance(found, dict):
        return found
    return {field: value.strip("\"'") for field, value in _FIELD.findall(text)}
