"""CSV and TSV files, plain or gzipped."""

from __future__ import annotations

import csv
import functools
import gzip
import io
import re
import zlib
from typing import TYPE_CHECKING

import pandas as pd

from hotspots.errors import InputError
from hotspots.intake.source import Source, records, text_type

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

DELIMITERS = ",;\t|"
_NUMBER = re.compile(r"[-+]?\d+([.,]\d*)?")
_MARKUP = re.compile(r"<[!?a-z]", re.IGNORECASE)
_DATE_OR_SHAPE = re.compile(
    r"\d{4}-\d\d-\d\d|\d+/\d+/\d+|(MULTI)?(POINT|POLYGON)\b.*\(", re.IGNORECASE
)


def open_delimited(path: Path, layer: str | None) -> Source:
    """Open a CSV or TSV file; every value stays the text it is.

    Parameters
    ----------
    path : Path
        UTF-8, UTF-16 with its mark, or Windows-1252; separated by commas, semicolons, tabs or bars.
    layer : str or None
        Must be None: such a file has no layers.

    Returns
    -------
    Source

    Raises
    ------
    InputError
        If the file is empty, damaged, in no known encoding or without a line of column names.
    """
    if layer is not None:
        raise InputError(f"{path.name}: a text file has no layer {layer!r}; leave layer out")
    text, notes = _decode(path, _bytes(path))
    delimiter = _delimiter(path, text)
    names, body = _split_header(path, text, delimiter)
    columns = tuple(name.strip() for name in names)
    check_header(path, columns)
    load = functools.partial(_load, path, body, delimiter, len(columns))
    return Source(path, columns, load, notes=notes)


def check_header(path: Path, columns: Sequence[str]) -> None:
    """Refuse a first line that is a record and not column names.

    Its contents are not repeated: a record may hold a coordinate.

    Parameters
    ----------
    path : Path
        For the message.
    columns : sequence of str
        The first line.

    Raises
    ------
    InputError
        If the line is blank, of a web page, or holds a number (years aside), a date or a shape.
    """
    if not any(columns):
        raise InputError(f"{path.name}: the first line is blank where column names belong")
    if _MARKUP.match(columns[0]):
        raise InputError(
            f"{path.name}: a web page or XML, not a table; fetch the file itself once more"
        )
    if any(_is_value(name) for name in columns):
        raise InputError(
            f"{path.name}: the first line holds values where column names belong; "
            "put a line of column names above it"
        )


def _is_value(name: str) -> bool:
    if _DATE_OR_SHAPE.match(name):
        return True
    return bool(_NUMBER.fullmatch(name)) and not (len(name) == 4 and name.isdigit())


def _bytes(path: Path) -> bytes:
    raw = path.read_bytes()
    if path.suffix.lower() != ".gz":
        return raw
    try:
        return gzip.decompress(raw)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        message = f"{path.name}: the gzip file is damaged or cut short; fetch it again"
        raise InputError(message) from None


def _decode(path: Path, raw: bytes) -> tuple[str, tuple[str, ...]]:
    marked = raw[:2] in {b"\xff\xfe", b"\xfe\xff"}
    encodings = ["utf-16"] if marked else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        guessed = ("not UTF-8, read as Windows-1252",) if encoding == "cp1252" else ()
        return text, guessed
    raise InputError(f"{path.name}: not a text file in UTF-8 or Windows-1252; save it as UTF-8")


def _delimiter(path: Path, text: str) -> str:
    line = next((line for line in io.StringIO(text) if line.strip()), None)
    if line is None:
        raise InputError(f"{path.name}: the file is empty")
    return max(DELIMITERS, key=line.count)


def _split_header(path: Path, text: str, delimiter: str) -> tuple[list[str], str]:
    stream = io.StringIO(text, newline="")
    names = next(_rows(path, stream, delimiter))
    return names, text[stream.tell() :]


def _rows(path: Path, stream: io.StringIO, delimiter: str) -> Iterator[list[str]]:
    """Give the lines that are not blank, split into fields."""
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    try:
        yield from (row for row in reader if row)
    except csv.Error:
        raise InputError(
            f"{path.name}: a quotation mark is missing or one too many; "
            "save the file again with every quotation mark in pairs"
        ) from None


def _load(
    path: Path, body: str, delimiter: str, width: int, positions: Sequence[int]
) -> pd.DataFrame:
    paired = body.count('"') % 2 == 0
    frame = _load_fast(body, delimiter, width, positions) if paired else None
    if frame is None:
        frame = _load_with_care(path, body, delimiter, width, positions)
    return frame


def _load_fast(
    body: str, delimiter: str, width: int, positions: Sequence[int]
) -> pd.DataFrame | None:
    """Parse with Arrow, ten times faster; None where a line is not like the others."""
    import pyarrow as pa
    from pyarrow import csv as arrow

    names = [str(position) for position in range(width)]
    wanted = [str(position) for position in positions]
    try:
        table = arrow.read_csv(
            pa.BufferReader(body.encode()),
            read_options=arrow.ReadOptions(column_names=names),
            parse_options=arrow.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=arrow.ConvertOptions(
                include_columns=wanted, column_types=dict.fromkeys(wanted, pa.string())
            ),
        )
    except pa.ArrowInvalid:
        return None
    return pd.DataFrame(table.to_pandas())


def _load_with_care(
    path: Path, body: str, delimiter: str, width: int, positions: Sequence[int]
) -> pd.DataFrame:
    """Parse line by line: a short line is filled up with blanks, a long one is an error."""
    rows = list(_rows(path, io.StringIO(body, newline=""), delimiter))
    long = [number for number, row in enumerate(rows, start=1) if len(row) > width]
    if long:
        raise InputError(
            f"{path.name}: more fields than the {width} columns in {records(len(long))}, the first "
            f"is record {long[0]}; put quotation marks around fields that hold {delimiter!r}"
        )
    columns = {
        str(position): [row[position] if position < len(row) else "" for row in rows]
        for position in positions
    }
    return pd.DataFrame(columns, index=range(len(rows)), dtype=text_type())
