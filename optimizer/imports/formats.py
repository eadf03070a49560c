"""The formats of price files: who reads which, and by which header a publisher's file is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from optimizer.imports import aemo, aeso, caiso, entsoe, ercot, generic, gridstatus, ieso, isone, nyiso
from optimizer.imports.readings import Asked, Readings
from optimizer.imports.table import Sheets, Table


@dataclass(frozen=True)
class Format:
    """How the files of one publisher are read."""

    read: Callable[[Table, ZoneInfo, Asked], Readings]
    header: tuple[Sequence[str], ...] = ()
    """Keys of the header's columns, alternatives each."""
    unmistakable: bool = False
    """Whether no other file has this header: then it is known without being named."""


FORMATS = {
    "csv": Format(generic.read),
    "ercot": Format(ercot.read, ercot.HEADER),
    "gridstatus": Format(gridstatus.read, gridstatus.HEADER),
    "nyiso": Format(nyiso.read, nyiso.HEADER, unmistakable=True),
    "caiso": Format(caiso.read, caiso.HEADER, unmistakable=True),
    "isone": Format(isone.read, isone.HEADER, unmistakable=True),
    "aeso": Format(aeso.read, aeso.HEADER, unmistakable=True),
    "ieso": Format(ieso.read, ieso.HEADER, unmistakable=True),
    "aemo": Format(aemo.read, aemo.HEADER, unmistakable=True),
    "entsoe": Format(entsoe.read, entsoe.HEADER, unmistakable=True),
}
AUTO = "auto"
"""In place of a format: the publisher's where its header is unmistakable, else csv."""


def recognised(sheets: Sheets) -> str:
    """The format of a file that names none."""
    known = (name for name, form in FORMATS.items() if form.unmistakable and sheets.has_header(form.header))
    return next(known, "csv")
