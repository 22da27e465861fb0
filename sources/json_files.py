"""Reading json (an array of objects) and ndjson (an object a line), one object at a time.

Numbers keep the text they were written with; nested values are kept as JSON text.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sources.casting import MAX_SHOWN_LENGTH
from sources.contract import WITHDRAWN_COLUMN, Entity
from sources.deliveries import DeliveryError, Format
from sources.private_copy import CHUNK_BYTES, MAX_LINE_BYTES, PrivateCopy
from sources.records import BATCH_ROWS, RecordWriter, Table, extra_json, missing_key, normalise_name
from sources.showable import shown_column_name

if TYPE_CHECKING:
    from pathlib import Path

_JSON_WHITESPACE: Final = re.compile(r"[ \t\n\r]*")
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


_LONG_NUMBER: Final = 400


def _end_of_space(text: str, at: int) -> int:
    match = _JSON_WHITESPACE.match(text, at)
    return match.end() if match else at


class _RepeatedFieldError(ValueError):
    """An object names a field twice."""


@dataclass(frozen=True, slots=True)
class JsonRecord:
    """One object: its place (line, or ordinal in the array), its fields as text, or why it has none."""

    line: int
    fields: dict[str, str | None]
    text: str = ""
    problem: str | None = None


def _as_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


class _Number(str):
    """A number's text as it was written."""

    __slots__ = ()


def _plain(value: object) -> object:
    """Turn nested values back to what `json.dumps` writes."""
    if isinstance(value, _Number):
        # Python refuses to convert numbers of thousands of digits; as text they lose nothing.
        return json.loads(value) if len(value) < _LONG_NUMBER else str(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        name = normalise_name(key)
        if name in found:
            raise _RepeatedFieldError(shown_column_name(name))
        found[name] = value
    return found


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_Number, parse_int=_Number, parse_constant=_Number, strict=False
)


def _record(line: int, value: object, text: str) -> JsonRecord:
    if not isinstance(value, dict):
        return JsonRecord(line, {}, text, "Posten er ikke et objekt med feltnavne og værdier")
    fields = {name: _as_text(item) for name, item in value.items()}
    if any(item is not None and not item.isascii() and _UNSTORABLE.search(item) for item in fields.values()) or any(
        item is not None and "\0" in item for item in fields.values()
    ):
        return JsonRecord(line, {}, text, "Posten indeholder tegn, der ikke er tekst")
    if any(_UNSTORABLE.search(name) for name in fields):
        return JsonRecord(line, {}, text, "Posten indeholder tegn, der ikke er tekst")
    return JsonRecord(line, fields, text)


def read_json(entity: Entity, copy: PrivateCopy, form: Format, folder: Path) -> Table:
    """Read a json or ndjson file.

    Args:
        entity: What the delivery holds.
        copy: Its private copy, in UTF-8.
        form: `json` or `ndjson`.
        folder: An empty private folder.

    Raises:
        DeliveryError: the file is not an array (json), or no object has the key.
    """
    rows: list[dict[str, str | None]] = []
    lines: list[int] = []
    known = {*entity.column_names, WITHDRAWN_COLUMN}
    seen: dict[str, None] = {}
    objects = 0

    def flush(writer: RecordWriter) -> None:
        columns = {name: [row.get(name) for row in rows] for name in known.intersection(seen)}
        extra = [
            extra_json(more) if (more := {name: value for name, value in row.items() if name not in known}) else None
            for row in rows
        ]
        writer.write(columns, extra, lines)
        rows.clear()
        lines.clear()

    with RecordWriter(entity, folder) as writer, copy.path.open(encoding="utf-8", newline="\n") as stream:
        for record in array_records(stream) if form == "json" else line_records(stream):
            if record.problem is not None:
                writer.reject(record.line, record.text, record.problem)
                continue
            objects += 1
            seen.update(dict.fromkeys(record.fields))
            rows.append(record.fields)
            lines.append(record.line)
            if len(rows) >= BATCH_ROWS:
                flush(writer)
        flush(writer)
    absent = [name for name in entity.key if name not in seen]
    if objects and absent:
        raise missing_key(entity, absent, seen)
    missing = tuple(name for name in entity.column_names if name not in seen) if objects else ()
    return writer.table(unknown=tuple(name for name in seen if name not in known), missing=missing)


def line_records(stream: io.TextIOBase) -> Iterator[JsonRecord]:
    """Read an object a line; a line that is none is a record with a problem.

    Raises:
        DeliveryError: the file is an array, not an object a line.
    """
    number = 0
    for number, line in enumerate(stream, start=1):
        text = line.strip()
        if not text:
            continue
        if number == 1 and text.startswith("["):
            raise DeliveryError(
                "Filen indeholder en liste",
                expected="ét objekt pr. linje",
                remedy="Brug endelsen .json for en liste",
                line=1,
            )
        try:
            value = _DECODER.decode(text)
        except _RepeatedFieldError as error:
            yield JsonRecord(number, {}, text, f"Feltet {error} står to gange i posten")
        except (ValueError, RecursionError):
            yield JsonRecord(number, {}, text, "Linjen er ikke gyldig JSON")
        else:
            yield _record(number, value, text)


def array_records(stream: io.TextIOBase) -> Iterator[JsonRecord]:
    """Read the objects of an array without holding more than a few in memory; numbered from 1.

    Raises:
        DeliveryError: the file is not one whole array.
    """
    text = _Window(stream)
    if text.peek() != "[":
        raise DeliveryError(
            "Filen er ikke en JSON-liste",
            expected="en liste af objekter: [{…}, {…}]",
            remedy="Send en liste, eller brug endelsen .ndjson for ét objekt pr. linje",
        )
    text.skip()
    ordinal = 0
    follows = text.peek()
    while follows != "]":
        ordinal += 1
        yield text.value(ordinal)
        follows = text.peek()
        if follows not in {",", "]"}:
            raise _broken(f"Efter post {ordinal} mangler komma eller afslutning; filen er måske afkortet")
        if follows == ",":
            text.skip()
    text.skip()
    if text.peek():
        raise _broken("Der står mere efter listens afslutning")


class _Window:
    """The part of a long text that is being read."""

    def __init__(self, stream: io.TextIOBase) -> None:
        self._stream = stream
        self._buffer, self._at = "", 0

    def peek(self) -> str:
        """Go to the next character that is not space and return it; empty at the end."""
        while True:
            self._at = _end_of_space(self._buffer, self._at)
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more():
                return ""

    def skip(self) -> None:
        """Go past one character."""
        self._at += 1

    def value(self, ordinal: int) -> JsonRecord:
        """Read the value that begins here, and go past it."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._at)
            except _RepeatedFieldError as error:
                raise _broken(f"Feltet {error} står to gange i post {ordinal}") from None
            except RecursionError:
                raise _broken(f"Post {ordinal} er for dybt indlejret") from None
            except ValueError:
                if not self._more():
                    raise _broken(f"Post {ordinal} er ikke gyldig JSON, eller filen er afkortet") from None
                continue
            # A bare number at the end of the window may go on in the next.
            if end == len(self._buffer) and self._more():
                continue
            text = self._buffer[self._at : min(end, self._at + MAX_SHOWN_LENGTH)]
            self._at = end
            return _record(ordinal, value, text)

    def _more(self) -> bool:
        # Reading as much again as is held keeps one very long object linear.
        kept = self._buffer[self._at :]
        chunk = self._stream.read(max(CHUNK_BYTES, len(kept)))
        self._buffer, self._at = kept + chunk, 0
        if len(self._buffer) > 2 * MAX_LINE_BYTES:
            raise _broken(f"En post er over {MAX_LINE_BYTES >> 20} MB")
        return bool(chunk)


def _broken(found: str) -> DeliveryError:
    return DeliveryError(found, expected="en hel, gyldig JSON-liste", remedy="Send leverancen igen")
