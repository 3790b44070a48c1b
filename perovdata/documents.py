"""JSON and YAML that strangers wrote: read as plain data within limits, or refused in one line.

Plain data are mappings with text keys, lists, texts, finite numbers, booleans and None. YAML is read by the
core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema) without anchors, aliases and tags:
``1e-6`` is a number, ``yes`` is a text; a date, which readers take for different things, must be in quotes.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterable
from typing import Any, ClassVar

import yaml

from perovdata.errors import InputError
from perovdata.files import no_regular_file

JSON_LIMIT = 64_000_000  # bytes
YAML_LIMIT = 1_000_000  # bytes; a device file with a measured table of jumps holds some ten thousand
DEPTH = 40  # nested lists and mappings
_LONGEST_NUMBER = 40  # digits of a whole number; a double holds 17
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")
_DATE = re.compile(r"\d{4}-\d\d?-\d\d?\b")


def read_text(path: str | os.PathLike[str], limit: int) -> str:
    """A UTF-8 file of at most `limit` bytes.

    Raises
    ------
    InputError
        If it is absent, a folder, a pipe or a device, cannot be read, is longer or no UTF-8 text.
    """
    require_file(path)
    try:
        with open(path, "rb") as stream:
            raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise InputError(f"file '{path}': longer than {limit} bytes, the most that is read of this kind")
        return raw.decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"file '{path}': no such file") from None
    except OSError as error:
        raise InputError(f"file '{path}': cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise InputError(f"file '{path}': byte {error.start + 1} is not UTF-8 text") from None


def require_file(path: str | os.PathLike[str]) -> None:
    """Refuse a folder, a pipe or a device before it is opened: reading it could wait for ever.

    Raises
    ------
    InputError
        Naming what it is. A path with nothing there passes: opening it tells.
    """
    if other := no_regular_file(path):
        raise InputError(f"file '{path}': cannot be read, it is {other}; a file is needed")


def refuse_overwriting(
    read: Iterable[str | os.PathLike[str] | None], **written: str | os.PathLike[str] | None
) -> None:
    """Refuse to write a result over a file that is read, under whatever name or link.

    Parameters
    ----------
    read : iterable of path-like or None
    **written : path-like or None
        Files to be written, by the name of the argument.

    Raises
    ------
    InputError
        Naming the first of them.
    """
    sources = {os.path.realpath(path) for path in read if path is not None}
    for name, path in written.items():
        if path is not None and os.path.realpath(path) in sources:
            raise InputError(f"argument {name}: '{path}' is a file that is read; give another name")


def read_json(path: str | os.PathLike[str], limit: int = JSON_LIMIT) -> Any:
    """One JSON value from a file.

    Raises
    ------
    InputError
        If the file cannot be read, or see :func:`parse_json`.
    """
    return parse_json(read_text(path, limit), f"file '{path}'")


def refuse_swelling(path: str | os.PathLike[str], limit: int) -> None:
    """Refuse a zip archive (.npz, .xlsx) that unpacks to more than `limit` bytes, by what it declares.

    Its readers stop at the declared sizes. Anything that is no zip archive passes: its reader tells.

    Raises
    ------
    InputError
        If it would be larger.
    """
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return
    if size > limit:
        raise InputError(f"file {path}: unpacks to {size:,} bytes; at most {limit:,} are read")


def parse_json(text: str, place: str) -> Any:
    """One JSON value from a text.

    Parameters
    ----------
    text : str
    place : str
        Where it stands, for messages.

    Raises
    ------
    InputError
        If it is not JSON, is nested deeper than :data:`DEPTH`, names a key twice, or holds NaN, an infinity,
        a number beyond a double, one of more than forty digits or half of a pair of surrogates.
    """
    try:
        value = json.loads(
            text,
            parse_int=_whole,
            parse_float=_finite,
            parse_constant=_refuse_constant,
            object_pairs_hook=_once,
        )
    except RecursionError:
        raise InputError(f"{place}: nested deeper than {DEPTH} levels") from None
    except ValueError as error:
        raise InputError(f"{place}: not JSON as it is read here ({error})") from None
    _check_depth(value, place)
    if _SURROGATE.search(text):
        try:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError as error:
            half = f"U+{ord(error.object[error.start]):04X}"
            raise InputError(f"{place}: a text holds {half}, half of a character; write it out") from None
    return value


def read_yaml(path: str | os.PathLike[str], limit: int = YAML_LIMIT) -> Any:
    """The value of a YAML file of one document.

    Raises
    ------
    InputError
        If the file cannot be read, or see :func:`parse_yaml`.
    """
    return parse_yaml(read_text(path, limit), f"file '{path}'")


def parse_yaml(text: str, place: str) -> Any:
    """The value of a YAML text of one document.

    Parameters
    ----------
    text : str
    place : str
        Where it stands, for messages.

    Raises
    ------
    InputError
        If it is not YAML, holds anchors, aliases or tags, several documents, a key that is no text or stands
        twice, a number beyond a double or of more than forty digits, or is nested deeper than :data:`DEPTH`.
    """
    try:
        _check_events(text, place)
        return yaml.load(text, _PlainLoader)
    except InputError:
        raise
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "a character that YAML does not allow"
        if "nesting" in problem:  # a limit of newer versions of libyaml, met before ours
            raise InputError(f"{place}{line}: nested deeper than {DEPTH} levels") from None
        raise InputError(f"{place}{line}: not valid YAML ({problem})") from None
    except ValueError as error:
        raise InputError(f"{place}: {error}") from None


_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _PlainLoader(_Base):
    """SafeLoader with the scalars of the core schema only, and keys that are texts and stand once."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[str, Any]:
        pairs = []
        for key, value in node.value:
            name = self.construct_object(key)
            if not isinstance(name, str):
                raise yaml.MarkedYAMLError(
                    problem=f"the key '{_short(key.value)}' is no text", problem_mark=key.start_mark
                )
            pairs.append((name, self.construct_object(value, deep=True)))
        try:
            return _once(pairs)
        except ValueError as error:
            raise yaml.MarkedYAMLError(problem=str(error), problem_mark=node.start_mark) from None

    def construct_yaml_map(self, node: yaml.MappingNode) -> Iterable[dict[str, Any]]:
        yield self.construct_mapping(node)

    def number(self, node: yaml.ScalarNode) -> float:
        text = node.value
        try:
            if text.lstrip("+-").lower() == ".inf":
                return -math.inf if text.startswith("-") else math.inf
            return _whole(text) if re.fullmatch(r"[-+]?\d+", text) else _finite(text)
        except ValueError as error:
            raise yaml.MarkedYAMLError(problem=str(error), problem_mark=node.start_mark) from None


_NUMBER = re.compile(r"[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$|[-+]?\.(?:inf|Inf|INF)$")
for _tag, _pattern, _first in (
    ("null", re.compile(r"(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]),
    ("bool", re.compile(r"(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")),
    ("float", _NUMBER, list("-+.0123456789")),
):
    _PlainLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", _pattern, _first)
_PlainLoader.add_constructor("tag:yaml.org,2002:float", _PlainLoader.number)
_PlainLoader.add_constructor("tag:yaml.org,2002:map", _PlainLoader.construct_yaml_map)


def _check_events(text: str, place: str) -> None:
    """Refuse what makes YAML more than plain data, before anything is built."""
    depth = documents = 0
    event: Any
    for event in yaml.parse(text, _Base):
        line = f"{place}, line {event.start_mark.line + 1}" if event.start_mark else place
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise InputError(f"{line}: anchors (&) and aliases (*) are not read; write the value out")
        if tag := getattr(event, "tag", None):
            raise InputError(f"{line}: tags ({_short(tag)}) are not read; write the plain value")
        if isinstance(event, yaml.ScalarEvent) and event.implicit[0] and _DATE.match(event.value):
            raise InputError(f"{line}: a date must be in quotes: '{_short(event.value)}'")
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise InputError(f"{line}: a second document begins; one is read")
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            depth += 1
            if depth > DEPTH:
                raise InputError(f"{line}: nested deeper than {DEPTH} levels")
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            depth -= 1


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key '{_short(twice)}' stands twice")
    return found


def _whole(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise ValueError(f"a whole number of {len(text)} digits; at most {_LONGEST_NUMBER} are read")
    return int(text)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"the number {_short(text)} is beyond 1.8e308")
    return value


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number")


def _check_depth(value: Any, place: str) -> None:
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(DEPTH):
        if not level:
            return
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, (dict, list))
        ]
    if level:
        raise InputError(f"{place}: nested deeper than {DEPTH} levels")


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
