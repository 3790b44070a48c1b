"""Going through proposals with a person: accept, edit, reject or skip, saved after every answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from perovdata.dataset.reading.checks import record_of
from perovdata.dataset.reading.proposals import Proposal, value_key
from perovdata.dataset.schema.metrics import METRICS
from perovdata.dataset.schema.schema import TABLES
from perovdata.errors import InputError
from perovdata.files import write_atomic

DECISIONS = {"a": "accept", "e": "edit", "r": "reject", "s": "skip"}
_KEYS = "[a]ccept  [e]dit  [r]eject  [s]kip  [q]uit > "


@dataclass(frozen=True)
class Item:
    """One question: a device's paper and design, or a value of it."""

    key: str
    proposal: Proposal
    value: dict[str, Any] | None

    @property
    def fields(self) -> dict[str, Any]:
        """What can be edited, with what was read."""
        if self.value is None:
            paper = {k: self.proposal["paper"].get(k, "") for k in TABLES["papers"].names if k != "paper_id"}
            return {**paper, **self.proposal["design"], "device_id": self.proposal.get("device_id", "")}
        hidden = ("evidence", "confidence", "reason", "checks")
        return {k: v for k, v in self.value.items() if k not in hidden}


def items(proposals: list[Proposal]) -> Iterator[Item]:
    """The questions in order: each device, then its values."""
    for proposal in proposals:
        yield Item(value_key(proposal), proposal, None)
        for value in [*proposal["measurements"], *proposal["benchmarks"]]:
            yield Item(value_key(proposal, value), proposal, value)


@dataclass
class Answers:
    """Decisions by item, in a file that is written after every answer.

    Attributes
    ----------
    path : Path
        JSON file.
    given : dict of str to dict
        Per item ``{"decision": ..., "fields": {...}}``; ``fields`` holds edits only.
    """

    path: Path
    given: dict[str, dict[str, Any]]

    @classmethod
    def load(cls, path: Path) -> Answers:
        """Read the answers so far; none if the file does not exist.

        Raises
        ------
        InputError
            If the file holds something else.
        """
        if not path.exists():
            return cls(path, {})
        try:
            given = json.loads(path.read_text("utf-8"))
            right = all(
                a["decision"] in DECISIONS.values() and isinstance(a.get("fields", {}), dict)
                for a in given.values()
            )
        except (ValueError, TypeError, KeyError, AttributeError):
            right = False
        if not right:
            raise InputError(
                f"file '{path.name}': no answers; the file that 'dataset review' saves is needed"
            )
        return cls(path, given)

    def put(self, key: str, decision: str, fields: dict[str, Any] | None = None) -> None:
        """Note a decision and save."""
        self.given[key] = {"decision": decision, **({"fields": fields} if fields else {})}
        write_atomic(self.path, json.dumps(self.given, indent=1, ensure_ascii=False) + "\n")

    def accepted(self, key: str) -> bool:
        """Whether an item was taken, as read or edited."""
        return self.given.get(key, {}).get("decision") in ("accept", "edit")

    def open_items(self, proposals: list[Proposal]) -> list[Item]:
        """Questions that are still to be answered; a skipped one is, values of a rejected device are not."""
        out: list[Item] = []
        for proposal in proposals:
            first, *values = items([proposal])
            decided = self.given.get(first.key, {}).get("decision")
            if decided not in ("accept", "edit", "reject"):
                out.append(first)
            if decided != "reject":
                out += [i for i in values if self.given.get(i.key, {}).get("decision") in (None, "skip")]
        return out


def walk(
    proposals: list[Proposal], answers: Answers, ask: Callable[[str], str], say: Callable[[str], Any]
) -> bool:
    """Put the open questions one by one; True if none was left by quitting.

    Parameters
    ----------
    proposals : list of dict
    answers : Answers
        Saved after every answer, so that a stopped review goes on where it was.
    ask : callable
        Puts a question and returns the answer.
    say : callable
        Shows a line.
    """
    waiting = answers.open_items(proposals)
    skipped_devices: set[str] = set()
    for number, item in enumerate(waiting, 1):
        device = value_key(item.proposal)
        if item.value is not None and (
            device in skipped_devices or answers.given.get(device, {}).get("decision") == "reject"
        ):
            continue
        for line in _shown(item, number, len(waiting)):
            say(line)
        choice = ""
        while choice not in (*DECISIONS, "q"):
            choice = ask(_KEYS).strip().lower()[:1]
        if choice == "q":
            return False
        fields = _edited(item, ask, say) if choice == "e" else None
        answers.put(item.key, DECISIONS[choice], fields)
        if choice == "s" and item.value is None:
            skipped_devices.add(device)
    return True


def _shown(item: Item, number: int, total: int) -> Iterator[str]:
    yield ""
    checks = (item.proposal if item.value is None else item.value).get("checks", [])
    if item.value is None:
        yield f"[{number}/{total}] device in {item.proposal['file']} ({item.proposal['source_kind']})"
        for name, value in item.fields.items():
            if value not in ("", None):
                yield f"    {name}: {value}"
    else:
        evidence = item.value["evidence"]
        yield f"[{number}/{total}] {_told(item.value)}   [{evidence.get('locator', '')}]"
        text, a, b = evidence["text"], evidence["start"], evidence["end"]
        yield f"    {text[:a]}>>{text[a:b]}<<{text[b:]}"
        for name in ("definition", "conditions", "notes", "dataset", "network", "kind"):
            if item.value.get(name):
                yield f"    {name}: {item.value[name]}"
        yield f"    confidence {item.value['confidence']:.2f}: {item.value['reason']}"
    for check in checks:
        yield f"    {check['severity']}: {check['problem']}; accepted: {check['accepted']}"


def _told(value: dict[str, Any]) -> str:
    number = value.get("value", value.get("accuracy_percent"))
    upper = f" to {value['value_high']:g}" if value.get("value_high") is not None else ""
    unit = value.get("unit", "%")
    return f"{value.get('metric', 'accuracy')} {value['operator']} {number:g}{upper}" + (
        "" if unit == "1" else f" {unit}"
    )


def _edited(item: Item, ask: Callable[[str], str], say: Callable[[str], Any]) -> dict[str, Any]:
    """Edits as ``field=value`` lines; an empty line ends them."""
    say(f"    fields: {', '.join(item.fields)}; write field=value, an empty line ends")
    out: dict[str, Any] = {}
    while line := ask("    edit > ").strip():
        name, equals, text = line.partition("=")
        name, text = name.strip(), text.strip()
        problem = _refused(item, name, text) if equals else "not field=value"
        if problem:
            say(f"    {problem}")
        else:
            out[name] = _typed(item, name, text)
    return out


def _column(item: Item, name: str) -> Any:
    if item.value is None:
        table = "papers" if name in TABLES["papers"].names else "devices"
    else:
        table = "measurements" if "metric" in item.value else "benchmarks"
    return TABLES[table][name]


def _refused(item: Item, name: str, text: str) -> str:
    """Why an edit cannot be taken; empty if it can."""
    allowed = [*item.fields]
    if item.value is None:
        allowed += [
            c for c in TABLES["devices"].names if c not in ("paper_id", "source_kind", "applications")
        ]
    if name not in allowed:
        return f"'{name}' is not one of {', '.join(dict.fromkeys(allowed))}"
    if name == "metric" and text not in METRICS:
        return f"'{text}' is not one of {', '.join(METRICS)}"
    column = _column(item, name)
    if column.vocabulary is not None and text and text not in column.vocabulary:
        return f"'{text}' is not one of {', '.join(column.vocabulary)}"
    if column.type in ("number", "integer") and text:
        try:
            float(text)
        except ValueError:
            return f"'{text}' is not a number"
    return ""


def _typed(item: Item, name: str, text: str) -> Any:
    return (float(text) if text else None) if _column(item, name).type in ("number", "integer") else text


def accepted_records(proposals: list[Proposal], answers: Answers) -> list[dict[str, Any]]:
    """Records for ``dataset add``: accepted devices with their accepted values, edits put in.

    The evidence stays behind; each row keeps its locator in ``notes``.
    """
    out = []
    for proposal in proposals:
        first, *values = items([proposal])
        if not answers.accepted(first.key):
            continue
        edits = answers.given[first.key].get("fields", {})
        papers = TABLES["papers"].names
        kept: Proposal = {
            **proposal,
            "device_id": edits.get("device_id", proposal.get("device_id")),
            "paper": {**proposal["paper"], **{k: str(_plain(v)) for k, v in edits.items() if k in papers}},
            "design": {
                **proposal["design"],
                **{k: v for k, v in edits.items() if k not in (*papers, "device_id")},
            },
            "measurements": [],
            "benchmarks": [],
        }
        for item in values:
            if item.value is not None and answers.accepted(item.key):
                part = "measurements" if "metric" in item.value else "benchmarks"
                kept[part].append({**item.value, **answers.given[item.key].get("fields", {})})
        if kept["measurements"] or kept["benchmarks"]:
            record = record_of(kept)
            out.append(_of_known_device(record) if record.get("device_id") else record)
    return out


def _plain(value: Any) -> Any:
    """A year is a whole number."""
    return int(value) if isinstance(value, float) and value.is_integer() else "" if value is None else value


def _of_known_device(record: dict[str, Any]) -> dict[str, Any]:
    """Values for a device of the tables bring no paper and no design of their own."""
    return {k: v for k, v in record.items() if k not in ("paper", "design")}
