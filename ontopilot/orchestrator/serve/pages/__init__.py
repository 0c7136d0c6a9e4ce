"""The pages: HTML with names to fill in, styles and scripts, kept in memory once read."""

import html
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from string import Template

from fastapi import HTTPException, Request
from fastapi.responses import HTMLResponse, Response

_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


def page(name: str, values: Mapping[str, str]) -> HTMLResponse:
    """A page with its values filled in, each escaped; `$version` is that of the assets."""
    filled = {key: html.escape(value) for key, value in values.items()}
    text = _read(f"{name}.html").decode()
    return HTMLResponse(Template(text).substitute(filled, version=version()))


def asset(request: Request, name: str) -> Response:
    """A style, a script or a picture, for a year: its address has its version.

    Raises:
        HTTPException: 404, there is no such file.
    """
    kind = _TYPES.get(name.rpartition(".")[2])
    if kind is None or name not in _names():
        raise HTTPException(404, {"message": f"There is no file {name!r:.80}."})
    lasting = "public, max-age=31536000, immutable"
    return Response(_read(name), media_type=kind, headers={"cache-control": lasting})


@cache
def version() -> str:
    """Changes with any of the assets."""
    return sha256(b"".join(_read(name) for name in _names())).hexdigest()[:12]


@cache
def _names() -> tuple[str, ...]:
    return tuple(
        sorted(f.name for f in files(__name__).iterdir() if f.name.rpartition(".")[2] in _TYPES)
    )


@cache
def _read(name: str) -> bytes:
    return files(__name__).joinpath(name).read_bytes()
