"""Growing the tables: merge submissions, check the result, show the difference, write all or nothing."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from perovdata.dataset.add.submission import Submission, joined
from perovdata.dataset.check.compositions import parsed_composition
from perovdata.dataset.check.csv_lines import Rows
from perovdata.dataset.check.problems import Problem
from perovdata.dataset.schema.reserved import RESERVED_REASON, is_reserved
from perovdata.dataset.schema.schema import TABLES, known
from perovdata.dataset.schema.vocabularies import NOT_STATED
from perovdata.errors import InputError

# Columns of a device that its formula or a reader's remark tells, so that they do not tell two devices apart.
_TOLD = {"device_id", "source_kind", "applications", "design_notes", "notes", "lead_free", "dimensionality"}
_IDENTITY = tuple(n for n in TABLES["devices"].names if n not in _TOLD)
# Two values of a device are the same report if these agree ...
_NUMBERS = {
    "measurements": ("metric", "operator", "value", "value_high"),
    "benchmarks": ("operator", "accuracy_percent"),
}
# ... and these too; against a row that stood before, what a curator has since put in better words may differ.
_WORDS = {"measurements": ("definition", "conditions"), "benchmarks": ("dataset", "task", "network")}
_TELLING = {"measurements": ("definition",), "benchmarks": ("dataset",)}


@dataclass(frozen=True)
class Rejection:
    """A part of the input that was left out, with the reason."""

    record_id: str
    part: str
    content: Mapping[str, str]
    problem: Problem


@dataclass
class Merge:
    """The tables after a merge, and what became of every input record.

    Attributes
    ----------
    tables : dict of str to list of dict
        The new rows of every table.
    counts : dict
        Per part (records, measurements, benchmarks): how many came in, were kept, merged, rejected.
    devices : dict of str to str
        Record key to the device it became.
    rejections : list of Rejection
        What was left out, with the reasons.
    warnings : list of Problem
        What a person should look at.
    derived : dict of str to int
        How many devices got their lead-free flag or dimensionality from the formula alone.
    origins : dict of (str, str) to (Submission, int, dict or None)
        (table, key) of every new row to the submission, its line and, for a value, its cells there.
    """

    tables: dict[str, Rows]
    counts: dict[str, dict[str, int]]
    devices: dict[str, str] = field(default_factory=dict)
    rejections: list[Rejection] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    derived: dict[str, int] = field(default_factory=lambda: {"lead_free": 0, "dimensionality": 0})
    origins: dict[tuple[str, str], tuple[Submission, int, dict[str, str] | None]] = field(
        default_factory=dict
    )

    def reject(self, sub: Submission, part: str, content: Mapping[str, str], problem: Problem) -> None:
        """Leave a part (record, measurement or benchmark) out, with the reason."""
        self.counts[f"{part}s"]["rejected"] += 1
        self.rejections.append(Rejection(sub.record_id, part, dict(content), problem))

    def placed(
        self, table: str, row: Mapping[str, str]
    ) -> tuple[Submission, int, dict[str, str] | None] | None:
        """Where a new row came from; None for a row that stood before."""
        return self.origins.get((table, row[TABLES[table].key]))


def paper_key(doi: str, url: str) -> str:
    """Identity of a paper: its lower-case DOI, or without one its URL as it stands."""
    return doi.casefold() if doi else url


def _paper_id(paper: Mapping[str, str], taken: Iterable[str]) -> str:
    """First author's surname, year and four or more hex digits of the identity's sha256."""
    author = paper["first_author"]
    surname = author.split(",")[0] if "," in author else " ".join(author.split()[-1:])
    if re.fullmatch(r"[A-Z]{1,3}", surname) and len(author.split()) > 1:
        surname = author.split()[0]  # 'Im IH': initials come last
    plain = unicodedata.normalize("NFKD", surname).encode("ascii", "ignore").decode().lower()
    stem = f"{re.sub(r'[^a-z]', '', plain) or 'anon'}{paper['year'] or 'nd'}"
    digest = hashlib.sha256(paper_key(paper["doi"], paper["url"]).encode("utf-8")).hexdigest()
    taken = set(taken)
    return next(c for n in range(4, 65) if (c := f"{stem}-{digest[:n]}") not in taken)


class Numbering:
    """Running keys of a table: one more than the highest in use."""

    def __init__(self, rows: Rows, key: str, letter: str) -> None:
        used = [int(m[1]) for r in rows if (m := re.fullmatch(rf"{letter}(\d+)", r[key]))]
        self._last, self._letter = max(used, default=0), letter

    def next(self) -> str:
        self._last += 1
        return f"{self._letter}{self._last:04d}"


class _Merger:
    """Adds submissions one by one to copies of the tables."""

    def __init__(self, tables: Mapping[str, Rows]) -> None:
        self.tables = {name: [dict(r) for r in tables.get(name, [])] for name in TABLES}
        self.papers = {paper_key(p["doi"], p["url"]): p for p in self.tables["papers"]}
        self.devices = {d["device_id"]: d for d in self.tables["devices"]}
        self.old_devices = set(self.devices)
        self.numbers = {
            name: Numbering(self.tables[name], TABLES[name].key, letter)
            for name, letter in (("devices", "d"), ("measurements", "m"), ("benchmarks", "b"))
        }
        parts = ("records", "measurements", "benchmarks")
        self.out = Merge(self.tables, {p: {"in": 0, "kept": 0, "merged": 0, "rejected": 0} for p in parts})

    def add(self, sub: Submission) -> None:
        counts = self.out.counts
        counts["records"]["in"] += 1
        rejected = {
            part: sum(1 for p, _, _ in sub.rejected if p == part) for part in ("measurement", "benchmark")
        }
        for part, rows in (("measurement", sub.measurements), ("benchmark", sub.benchmarks)):
            counts[f"{part}s"]["in"] += len(rows) + rejected[part]
        problem = sub.problems[0] if sub.problems else self._refusal(sub)
        if problem is not None:
            self._reject_whole(sub, problem)
            return
        for part, content, why in sub.rejected:
            self.out.reject(sub, part, content, why)
        paper = self._paper(sub)
        device, known_before = self._device(sub, paper)
        counts["records"]["merged" if known_before else "kept"] += 1
        if sub.record_id:
            self.out.devices[sub.record_id] = device["device_id"]
        self._values(sub, device, "measurements", sub.measurements)
        self._values(sub, device, "benchmarks", sub.benchmarks)

    def _refusal(self, sub: Submission) -> Problem | None:
        """Why the whole record cannot be taken, if so."""
        doi, url = sub.paper["doi"], sub.paper["url"]
        if not (doi or url or sub.device_id):
            return sub.problem("url", None, "neither DOI nor URL", "the DOI, or the page that was read")
        if is_reserved(doi, url):
            return sub.problem("doi" if doi else "url", doi or url, RESERVED_REASON, "any other paper")
        if sub.device_id and sub.device_id not in self.devices:
            return sub.problem("device_id", sub.device_id, "no such device", "a device_id of devices.csv")
        if not (sub.measurements or sub.benchmarks):
            if sub.rejected:
                return sub.rejected[0][2]
            return sub.problem(None, None, "no value and no benchmark", "at least one")
        return None

    def _reject_whole(self, sub: Submission, problem: Problem) -> None:
        self.out.reject(sub, "record", {**sub.paper, **{k: v for k, v in sub.device.items() if v}}, problem)
        for part, rows in (("measurement", sub.measurements), ("benchmark", sub.benchmarks)):
            for _, row in rows:
                self.out.reject(sub, part, row, problem)
        for part, content, _ in sub.rejected:
            self.out.reject(sub, part, content, problem)

    def _paper(self, sub: Submission) -> dict[str, str]:
        """The paper's row, new or filled up; for a named device the paper that it belongs to."""
        if sub.device_id:
            paper_id = self.devices[sub.device_id]["paper_id"]
            found = next(p for p in self.tables["papers"] if p["paper_id"] == paper_id)
            if sub.device["source_kind"] != "secondary" and _compatible(found, sub.paper):
                _fill(found, sub.paper)
            return found
        key = paper_key(sub.paper["doi"], sub.paper["url"])
        standing = self.papers.get(key) or next(
            (p for p in self.tables["papers"] if _same_page(p, sub.paper)), None
        )
        if standing is None:
            paper_id = _paper_id(sub.paper, (p["paper_id"] for p in self.tables["papers"]))
            found = {"paper_id": paper_id, **sub.paper}
            self.tables["papers"].append(found)
            self.papers[paper_key(found["doi"], found["url"])] = found
            self.out.origins["papers", paper_id] = (sub, sub.place[1], None)
            return found
        _fill(standing, sub.paper)
        self.papers[paper_key(standing["doi"], standing["url"])] = standing
        return standing

    def _device(self, sub: Submission, paper: Mapping[str, str]) -> tuple[dict[str, str], bool]:
        """The device's row and whether it stood before this record."""
        wanted = {"paper_id": paper["paper_id"], **sub.device}
        if sub.device_id:
            device = self.devices[sub.device_id]
            told = {k: v for k, v in sub.device.items() if k not in ("notes", "source_kind")}
            for column in _fill(device, told):
                words = f"differs from '{device[column]}' of {sub.device_id}"
                self._warn(sub, column, told[column], words, "the table's value was kept")
            return device, True
        siblings = [d for d in self.tables["devices"] if d["paper_id"] == paper["paper_id"]]
        for device in siblings:
            if all(device[c] == wanted[c] for c in _IDENTITY):
                return device, True
        for device in siblings:
            if device["device_id"] in self.old_devices and device["composition"] == wanted["composition"]:
                other = device["device_id"]
                words = f"the paper already has {other} of this composition, a new device was made"
                accepted = f"device_id {other} if it is the same one"
                self._warn(sub, "composition", wanted["composition"], words, accepted)
        device = {"device_id": self.numbers["devices"].next(), **wanted}
        self._derive(device)
        self.tables["devices"].append(device)
        self.devices[device["device_id"]] = device
        self.out.origins["devices", device["device_id"]] = (sub, sub.place[1], None)
        return device, False

    def _derive(self, device: dict[str, str]) -> None:
        """Fill what the formula itself tells: the lead-free flag, and the dimensionality by stoichiometry."""
        if not device["composition"]:
            return
        try:
            parsed = parsed_composition(device)
        except InputError:
            return  # the validator names it
        if not device["lead_free"]:
            device["lead_free"] = str(bool(parsed.lead_free)).lower()
            self.out.derived["lead_free"] += 1
        if device["dimensionality"] == NOT_STATED and parsed.dimensionality:
            device["dimensionality"] = parsed.dimensionality
            device["design_notes"] = joined(device["design_notes"], "dimensionality by stoichiometry")
            self.out.derived["dimensionality"] += 1

    def _values(self, sub: Submission, device: Mapping[str, str], table: str, rows: list) -> None:
        """Append the rows that are new; a row that stands already is counted as rejected."""
        key = TABLES[table].key
        own = [r for r in self.tables[table] if r["device_id"] == device["device_id"]]
        for line, cells in rows:
            row = {"device_id": device["device_id"], **cells}
            if not row["source_url"]:
                row["source_url"] = self._read_elsewhere(sub, device)
            same = next((r[key] for r in own if self._same_report(table, r, row)), None)
            if same:
                why = Problem(
                    sub.place[0], line, None, None, f"already in the tables as {same}", "new values"
                )
                self.out.reject(sub, table[:-1], cells, why)
                continue
            row = {key: self.numbers[table].next(), **row}
            own.append(row)
            self.tables[table].append(row)
            self.out.counts[table]["kept"] += 1
            self.out.origins[table, row[key]] = (sub, line, cells)

    def _same_report(self, table: str, standing: Mapping[str, str], row: Mapping[str, str]) -> bool:
        if any(standing[c] != row[c] for c in _NUMBERS[table]):
            return False
        if self.out.placed(table, standing) is not None:  # of this very input: every word counts
            return all(standing[c] == row[c] for c in _WORDS[table])
        return all(
            standing[c] == row[c] or not (known(standing[c]) and known(row[c])) for c in _TELLING[table]
        )

    def _read_elsewhere(self, sub: Submission, device: Mapping[str, str]) -> str:
        """Page of a submission if it is not the one that its paper's row names, else empty."""
        paper = next(p for p in self.tables["papers"] if p["paper_id"] == device["paper_id"])
        doi = sub.paper["doi"]
        page = sub.paper["url"] or (f"https://doi.org/{doi}" if doi and doi != paper["doi"] else "")
        return page if page != paper["url"] else ""

    def _warn(self, sub: Submission, column: str, value: str, problem: str, accepted: str) -> None:
        self.out.warnings.append(sub.problem(column, value, problem, accepted, "warning"))


def _compatible(paper: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether nothing that both rows tell says that they are two papers."""
    if paper["doi"] and other["doi"] and paper["doi"].casefold() != other["doi"].casefold():
        return False
    telling = ("title", "year", "journal", "first_author")
    return all(not paper[c] or not other[c] or paper[c] == other[c] for c in telling)


def _same_page(paper: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether two rows are one paper of which one lacks the DOI: same page, and nothing says otherwise."""
    both_known = paper["doi"] and other["doi"]
    return (
        bool(paper["url"]) and paper["url"] == other["url"] and not both_known and _compatible(paper, other)
    )


def _fill(row: dict[str, str], more: Mapping[str, str]) -> list[str]:
    """Fill the unknown cells of a row; returns the columns where both say something different."""
    clashes = []
    for column, value in more.items():
        if value in ("", NOT_STATED) or column == "url":
            continue
        if row[column] in ("", NOT_STATED):
            row[column] = value
        elif row[column] != value:
            clashes.append(column)
    return clashes


def merge(tables: Mapping[str, Rows], submissions: Iterable[Submission]) -> Merge:
    """Merge submissions into copies of the tables.

    Papers are matched by DOI, else by URL; a device is the same if all design cells agree, or if the
    submission names its ``device_id``. A value that stands already is not entered twice. Keys of
    standing rows never change.

    Parameters
    ----------
    tables : mapping of str to list of dict
        The rows as they stand.
    submissions : iterable of Submission
        What was handed in.

    Returns
    -------
    Merge
        New tables and the account of every record.
    """
    merger = _Merger(tables)
    for submission in submissions:
        merger.add(submission)
    return merger.out


def fill_from_crossref(tables: Mapping[str, Rows], paper: Mapping[str, str]) -> bool:
    """Fill the empty cells of the paper with this DOI, in place; False if no paper has it."""
    for row in tables["papers"]:
        if row["doi"].casefold() == paper["doi"].casefold():
            _fill(row, {k: v for k, v in paper.items() if k in TABLES["papers"].names})
            return True
    return False
