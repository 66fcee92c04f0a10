"""Documents as PDF, pictures as PNG: a template beside this module, set by typst with the data as JSON.

Owns the typesetter, of which there is one, and the fonts, which are the product's own: a sheet looks the same on every
machine. A template reads its data with `json(bytes(sys.inputs.data))`: what somebody typed arrives as a string there,
and is never read as markup.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import pylopdf_fonts_zh_cn as fonts
from typst import Compiler

from exports.glyphs import drawn_by, printable

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEMPLATES: Final = Path(__file__).resolve().parent
#: The typesetter keeps what it has set for the next time, in one place: one document at a time.
_turn: Final = Lock()


def pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """Return the document the template of this name makes of `data`: JSON values, its texts cleaned here."""
    return _set(template, data, format="pdf", pdf_tags=False)


def png(template: str, data: Mapping[str, Any], *, ppi: float) -> bytes:
    """Return the picture the same makes of it, at so many pixels an inch (72 pt); the template has one page."""
    return _set(template, data, format="png", ppi=ppi)


def _set(template: str, data: Mapping[str, Any], **how: Any) -> bytes:  # noqa: ANN401 - as the typesetter takes it
    said = json.dumps(_printable(data, _known()), ensure_ascii=False)
    with _turn:
        made = _typesetter().compile(_TEMPLATES / f"{template}.typ", sys_inputs={"data": said}, **how)
    assert isinstance(made, bytes)  # noqa: S101 - one file, which is not written to one
    return made


def _printable(value: Any, known: frozenset[int]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        return printable(value, known)
    if isinstance(value, dict):
        return {key: _printable(each, known) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(each, known) for each in value]
    return value


@cache
def _known() -> frozenset[int]:
    return drawn_by(fonts.serif_path()) & drawn_by(fonts.sans_path())


@cache
def _typesetter() -> Compiler:
    folder = fonts.serif_path().parent
    return Compiler(root=_TEMPLATES, font_paths=[folder], ignore_system_fonts=True)
