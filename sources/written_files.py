"""YAML files that people write for the program: the place of every value, and in Danish what does not fit.

No value is repeated: it may be a secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError

Place = tuple[int, int]
"""Line and column, counted from 1."""

_EXPECTED: Final = {
    "missing": "mangler",
    "extra_forbidden": "kendes ikke",
    "int_parsing": "skal være et helt tal",
    "int_type": "skal være et helt tal",
    "int_from_float": "skal være et helt tal",
    "float_parsing": "skal være et tal",
    "float_type": "skal være et tal",
    "bool_parsing": "skal være true eller false",
    "bool_type": "skal være true eller false",
    "path_type": "skal være en sti",
    "string_type": "skal være en tekst",
    "string_pattern_mismatch": "skal følge mønstret {pattern}",
    "greater_than_equal": "skal være mindst {ge}",
    "greater_than": "skal være over {gt}",
    "less_than_equal": "må højst være {le}",
    "too_short": "skal have mindst {min_length} tegn",
    "string_too_short": "skal have mindst {min_length} tegn",
    "literal_error": "skal være en af: {expected}",
    "date_type": "skal være en dato som 2026-11-21",
    "date_parsing": "skal være en dato som 2026-11-21",
    "date_from_datetime_parsing": "skal være en dato som 2026-11-21",
    "dict_type": "skal have navne og værdier som `navn: værdi`",
    "model_type": "skal have navne og værdier som `navn: værdi`",
    "list_type": "skal være en liste",
    "tuple_type": "skal være en liste",
    "value_error": "{error}",
}


class WrittenFileError(ValueError):
    """The file is no YAML; the message is Danish and says the place and what is wrong, without the file's name."""


@dataclass(frozen=True)
class WrittenFile:
    """What a YAML file holds.

    Attributes:
        content: As `yaml.safe_load` gives it.
        places: Where each name stands, by the names (and numbers in lists) that lead to it.
    """

    content: Any
    places: Mapping[tuple[str, ...], Place]

    def explain(self, error: ValidationError) -> str:
        """Say in Danish what does not fit.

        Args:
            error: What the model of the file refused.

        Returns:
            A line for each mistake, as `linje 3, kolonne 5, owners.fyn: mangler`.
        """
        return "\n".join(self._line(each) for each in error.errors(include_input=False, include_url=False))

    def _line(self, error: Mapping[str, Any]) -> str:
        """Describe one mistake by the nearest name that stands in the file."""
        names = tuple(str(part) for part in error["loc"])
        known = next((names[:n] for n in range(len(names), 0, -1) if names[:n] in self.places), None)
        where = [f"linje {self.places[known][0]}, kolonne {self.places[known][1]}"] if known else []
        where += [".".join(names)] if names else []
        return f"{', '.join(where)}: {expected(error)}." if where else f"{expected(error)}."


def read_written(path: Path) -> WrittenFile:
    """Read a YAML file with the places of its names.

    Args:
        path: The file.

    Returns:
        Its content; an empty file holds nothing, `{}`.

    Raises:
        WrittenFileError: It is not there, no UTF-8 text or no YAML, or a name stands twice.
    """
    try:
        text = path.read_text(encoding="utf-8")
        content = yaml.safe_load(text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except FileNotFoundError:
        msg = "filen findes ikke"
        raise WrittenFileError(msg) from None
    except OSError:
        msg = "filen kan ikke læses; giv programmet adgang til den"
        raise WrittenFileError(msg) from None
    except UnicodeDecodeError:
        msg = "filen er ikke UTF-8-tekst; gem den som UTF-8"
        raise WrittenFileError(msg) from None
    except yaml.YAMLError as error:
        # What YAML says quotes the line, and with it perhaps a secret: only its place is told.
        mark = getattr(error, "problem_mark", None)
        line = f"linje {mark.line + 1}, kolonne {mark.column + 1}: " if mark else ""
        msg = f"{line}dette er ikke gyldig YAML"
        raise WrittenFileError(msg) from None
    places: dict[tuple[str, ...], Place] = {}
    for names, place in _places(node, ()):
        if names in places:
            twice = f"{names[-1]} står også i linje {places[names][0]}; behold den ene"
            msg = f"linje {place[0]}, kolonne {place[1]}: {twice}"
            raise WrittenFileError(msg)
        places[names] = place
    return WrittenFile({} if content is None else content, places)


def expected(error: Mapping[str, Any]) -> str:
    """Say in Danish what a model expected.

    Args:
        error: One of `ValidationError.errors()`.

    Returns:
        The end of a sentence, as `skal være et helt tal`.
    """
    text = _EXPECTED.get(str(error["type"]), "kan ikke bruges")
    context = {key: str(value).replace(" or ", " eller ") for key, value in (error.get("ctx") or {}).items()}
    return text.format(**context)


def _places(node: yaml.Node | None, names: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Place]]:
    """Walk through a file: every name, and every entry of a list by its number from 0."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*names, str(key.value))
            yield inner, (key.start_mark.line + 1, key.start_mark.column + 1)
            yield from _places(value, inner)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            inner = (*names, str(number))
            yield inner, (value.start_mark.line + 1, value.start_mark.column + 1)
            yield from _places(value, inner)
