"""The tables that people see, one function for each result; every one gives what a console can print."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from perovdata.chemistry import Perovskite
    from perovdata.fitting import FitResult
    from perovdata.materials import PropertyValue
    from perovdata.models import Prediction


def record_table(record: Mapping[str, Any], title: str | None = None) -> Table:
    """Names and values, one below the other."""
    table = Table(title=title, show_header=False, title_justify="left")
    for name, value in record.items():
        table.add_row(name.replace("_", " "), value if isinstance(value, str) else _cell(value))
    return table


_MANY = 9  # columns, which eighty characters hold only side by side
_WORD = 16  # characters that are kept together


def study_table(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str], title: str) -> Table:
    """Rows of a study; `columns` maps the keys that are shown to their headings."""
    space = 1 if len(columns) < _MANY else 0
    table = Table(title=title, title_justify="left", box=SIMPLE, padding=(0, space, 0, 0))
    cells = [[_cell(row[name]) for name in columns] for row in rows]
    texts = {name: [row[index] for row in cells] for index, name in enumerate(columns)}
    room = Console().width - 1 - len(columns) * (1 + space)
    for name, width in _widths(texts, columns, room).items():
        table.add_column(columns[name], overflow="fold", width=width)
    for row in cells:
        table.add_row(*row)
    return table


def _widths(texts: Mapping[str, list[str]], headings: Mapping[str, str], room: int) -> dict[str, int]:
    """Widths that keep words whole, which rich does not see to: the widest column gives way first."""
    widths, least = {}, {}
    for name, column in texts.items():
        heading = headings[name].split()  # wraps before the cells do
        longest = max((len(word) for text in column for word in text.split()), default=0)
        least[name] = max(min(longest, _WORD), *map(len, heading), 1)
        widths[name] = max(least[name], *map(len, column), 1)
        if name == "composition":  # half a formula is another one
            least[name] = widths[name]
    while sum(widths.values()) > room:
        wide = [name for name in widths if widths[name] > least[name]]
        if not wide:
            break
        widths[max(wide, key=widths.__getitem__)] -= 1
    return widths


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 1 or abs(value) >= 1000 else f"{value:.1f}"
    return ", ".join(value) if isinstance(value, list) else str(value)


def composition_tables(
    perovskite: Perovskite, values: Mapping[str, float], properties: Mapping[str, PropertyValue]
) -> list[Table]:
    """A formula: what it says, the descriptors defined for it, the properties reported."""
    from perovdata.chemistry import DESCRIPTORS

    def ions(amounts: Mapping[str, float | None]) -> str:
        return "  ".join(
            label if amount is None else f"{label} {amount:g}" for label, amount in amounts.items()
        )

    unknown = "not told by the stoichiometry"
    facts = {
        "expanded": perovskite.expanded,
        **{
            f"{site} site" if site != "spacer" else site: ions(v) for site, v in perovskite.sites.items() if v
        },
        "dopants": ions(perovskite.dopants),
        "solvate": ions(perovskite.solvate),
        "phases": perovskite.canonical if perovskite.phases else "",
        "formula type": perovskite.prototype or unknown,
        "dimensionality": perovskite.dimensionality or unknown,
        "layers n": "" if perovskite.n is None else str(perovskite.n),
        "lead-free": "yes" if perovskite.lead_free else "no",
        "charge": "balanced" if perovskite.balanced else f"{perovskite.charge:+g} left over",
    }
    table = Table("descriptor", "value", "unit", "meaning", title="Descriptors", title_justify="left")
    for name, value in values.items():
        if math.isfinite(value) and not (value == 0 and name.endswith("_fraction")):
            unit, meaning = DESCRIPTORS[name].split("; ", 1)
            table.add_row(name.replace("_", " "), f"{value:.4g}", "" if unit == "1" else unit, meaning)
    reported = Table("property", "value", "range", "from", title="Properties", title_justify="left")
    for name, found in properties.items():
        known = found.origin != "missing"
        value_text = f"{found.value:.3g} {found.unit}" if known else "missing"
        spread = f"{found.low:.3g} to {found.high:.3g}" if known else ""
        reported.add_row(name.replace("_", " "), value_text, spread, found.rule)
    stated = {name: value for name, value in facts.items() if value}
    return [record_table(stated, perovskite.canonical), table, reported]


def gaps_table(rows: Iterable[Mapping[str, Any]]) -> Table:
    """Papers that each metric misses, and papers there are per family (those short of their own spread)."""
    from perovdata.dataset.schema import METRICS

    table = Table(title="Papers missing", box=SIMPLE, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("metric")
    for name in ("papers", "missing", "3D", "2D", "QD", "Pb-free"):
        table.add_column(name, justify="right", no_wrap=True)
    unknown: dict[str, None] = {}
    for row in rows:
        if row["missing"] is None:
            unknown[row["basis"]] = None
        missing = "?" if row["missing"] is None else str(row["missing"])
        families = [
            f"{f['papers']} (-{f['missing']})" if f["missing"] else str(f["papers"])
            for f in row["families"].values()
        ]
        table.add_row(METRICS[row["metric"]].label, str(row["papers"]), missing, *families)
    table.caption = "per family the papers there are; (-n): n are missing until its own spread is told"
    table.caption += "".join(f"; ?: {why}" for why in unknown)
    return table


def info_table(counts: Mapping[str, Any], families: Sequence[str]) -> Table:
    """Devices and values per family and metric."""
    from perovdata.dataset.schema import METRICS

    title = f"perovdata tables {counts['version']}: {counts['devices']} devices, {counts['papers']} papers"
    title += f", {counts['values']} values, {counts['years'][0]} to {counts['years'][1]}"
    table = Table(title=title, box=SIMPLE, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("metric")
    table.add_column("unit", no_wrap=True)
    for name in ("3D", "2D", "QD", "Pb-free", "?", "values", "papers", "bounds"):
        table.add_column(name, justify="right", no_wrap=True)
    table.caption = "2D with quasi-2D; QD quantum dots; ? family not told; bounds: values that are not exact"
    units = {m.name: "" if m.unit == "1" else m.unit for m in METRICS.values()}
    devices = [str(counts["families"].get(f, {}).get("devices", 0)) for f in families]
    table.add_row("devices", "", *devices, str(counts["devices"]), str(counts["papers"]), "", style="bold")
    for row in counts["metrics"]:
        counted = (str(row[c]) for c in (*families, "values", "papers", "bounds"))
        table.add_row(METRICS[row["metric"]].label, units[row["metric"]], *counted)
    return table


def show_table(formula: str, devices: Sequence[Mapping[str, Any]]) -> Table:
    """The devices of a composition."""
    from perovdata.dataset.schema import in_words

    table = Table(title=f"{formula}: {len(devices)} devices", show_lines=True, box=SIMPLE, padding=0)
    for name, width in (("device", 6), ("design", 21), ("values", None), ("source", 28)):
        table.add_column(name, overflow="fold", width=width)
    shown = ("morphology", "device_type", "stimulus", "stack", "heterolayer", "additive")
    for d in devices:
        design = "\n".join(str(d[c]) for c in shown if d.get(c))
        values = "\n".join([*d["values"], *d["benchmarks"]])
        table.add_row(d["device_id"], design, in_words(values), d["link"].removeprefix("https://doi.org/"))
    return table


def fit_tables(result: FitResult) -> list[Table | str]:
    """A fit: parameters with their intervals, the laws compared, the metrics it implies."""
    from perovdata.devices import worded
    from perovdata.units import quantity, span

    quality = f"R² {result.r2:.4f}, {result.n_points} points"
    table = Table(
        *("parameter", "value", f"{100 * result.level:g} % interval"),
        title=f"{result.device.name}: {result.kind}, {result.law}, {quality}",
    )
    for key, e in result.parameters.items():
        interval = "" if e.low is None or e.high is None else span(e.low, e.high, e.unit)
        table.add_row(worded(key), quantity(e.value, e.unit), interval)
    shown: list[Table | str] = [table]
    if len(result.comparison) > 1:
        laws = Table("law", "parameters", "R²", "ΔAICc", "weight", title="laws compared")
        for row in result.comparison:
            laws.add_row(
                row["law"],
                str(row["n_parameters"]),
                f"{row['r2']:.5f}",
                f"{row['delta_aicc']:.1f}",
                f"{row['weight']:.2f}",
            )
        shown.append(laws)
    metrics = Table("metric", "value", "meaning", title="what papers would report")
    for key, e in result.metrics.items():
        metrics.add_row(_metric_label(key), quantity(e.value, e.unit), e.meaning)
    return [*shown, metrics]


def _metric_label(name: str) -> str:
    """Label of a metric of the tables, or of another quantity."""
    from perovdata.dataset.schema import METRICS
    from perovdata.devices import worded

    return METRICS[name].label if name in METRICS else worded(name)


# What a value rests on, in words, the best founded first: "predicted" is earned by skill.
_FOOTING = {"known": "known", "model": "predicted", "baseline": "rule", "population": "range"}


def prediction_tables(result: Prediction) -> list[Table | str]:
    """A prediction: first what is predicted with skill, then what is a rule, then what is only a range."""
    from perovdata.dataset import METRICS
    from perovdata.units import quantity, span

    stated = ", ".join(
        f"{k.replace('_', ' ')} {v}" for k, v in result.design.items() if v is not None and k != "composition"
    )
    title = result.design["composition"] + (f" ({stated})" if stated else "")
    told = {name: p for name, p in result.predictions.items() if p.interval is not None}
    level = next(iter(result.predictions.values())).level
    table = Table(title=title, title_justify="left", box=SIMPLE, padding=0, show_edge=False)
    table.add_column("metric")
    table.add_column("median", justify="right", no_wrap=True)  # a number and its unit stay together
    table.add_column(f" {level:.0%} interval", no_wrap=True)
    for column in ("over\nrule", "over\nmedian", "papers"):
        table.add_column(column, justify="right")
    gap = result.properties["bandgap"]
    before = ""
    if gap.origin != "missing":
        before = gap.origin
        table.add_row(before, style="bold")
        for label, g in (("Band gap", gap), ("Cutoff", result.properties["cutoff_wavelength"])):
            value, interval = g.told(between="..")
            table.add_row(label, value, f" {interval}")
    footing = list(_FOOTING)
    for name, p in sorted(told.items(), key=lambda item: (footing.index(item[1].kind), -item[1].n_papers)):
        assert p.interval is not None
        if _FOOTING[p.kind] != before:
            if before:
                table.add_section()
            before = _FOOTING[p.kind]
            table.add_row(before, style="bold")
        low, high = p.interval
        mark = " *" if p.beyond_reported else ""
        interval = " given" if p.kind == "known" else f" {span(low, high, p.unit, ' .. ')}{mark}"
        median = ("≥ " if p.at_least is not None else "") + quantity(p.median, p.unit)
        skills = [f"{s['value']:+.2f}" if s else "" for s in (p.skill, p.skill_over_median)]
        table.add_row(METRICS[name].label, median, interval, *skills, str(p.n_papers))
    ranges = []
    for name, p in result.predictions.items():
        if p.interval is None:
            ranges.append(f"{METRICS[name].label} {span(*p.reported_range, p.unit, ' .. ')} ({p.n_papers})")
    near = Table(box=SIMPLE, padding=(0, 1, 0, 0))
    for column in ("nearest", "composition", "distance", "in common", "source"):
        near.add_column(column, no_wrap=column in ("nearest", "source"))
    for row in result.nearest:
        distance, shared = f"{row['distance']:.2f}", ", ".join(row["shared"])
        link = row["doi"] or (urlsplit(row["url"]).hostname if row["url"] else "–")
        near.add_row(row["device_id"], row["composition"] or "–", distance, shared, link)
    shown: list[Table | str] = [table]
    shown.append(f"\nband gap: {gap.rule}" + ("" if gap.in_domain else " (outside the tested domain)") + ".")
    if told:
        shown.append(
            "over rule, over median: fall of the error on unseen papers against the best simple rule, and "
            "against the median of all papers. predicted: a model beats the rules; rule: none does; "
            "range: too few papers for a model, so what all reported devices do."
        )
    if any(p.beyond_reported for p in told.values()):
        shown.append("*: the interval passes everything that papers report; they are few.")
    if ranges:
        shown.append(f"Too few papers to predict; reported (papers): {'; '.join(ranges)}.")
    a = result.applicability
    far, near_text = "far from every reported device: extrapolating", "within the reported designs"
    versions = f"data {result.versions.get('data')}, seed {result.seed}"
    place = far if a["extrapolating"] else near_text
    return [*shown, near, f"applicability {a['score']:.2f} ({place}); {versions}"]


def simulation_tables(result: Mapping[str, Any]) -> list[Table | str]:
    """A simulation: what the system reaches, the device parameters with their origin, the verdict."""
    from perovdata.dataset.schema import in_words
    from perovdata.devices import RENAMED, unit_of, worded
    from perovdata.units import number, quantity, span, with_error

    accuracy = result["accuracy"]
    low, high = accuracy["interval"]
    median = with_error(accuracy["median"], accuracy["standard_error"], "%")
    facts = {
        "accuracy": f"{median} ({accuracy['level']:.0%}: {low:.1f} to {high:.1f})",
        "same network in float": f"{result['ceiling']:.1f} %",
        "guessing": f"{result['chance']:.1f} %",
    }
    for key, unit in (("energy_per_image_J", "J"), ("latency_per_image_s", "s")):
        if result[key] is not None:
            facts[key.rsplit("_", 1)[0]] = quantity(result[key], unit)
    for name, value in result["extras"].items():
        if value["median"] is not None:
            facts[_inside(worded(name))] = quantity(value["median"], unit_of(name))
    if "pixel" in result:
        condition, error = (result["pixel"][name]["median"] for name in ("condition_number", "colour_error"))
        facts["condition number of the mixing matrix"] = number(condition)
        facts["colour error, CIE Delta E 2000"] = number(error)
    facts["draws x repetitions"] = f"{result['draws']} x {result['seeds']}, {result['wall_s']:.1f} s"
    table = Table(box=SIMPLE, padding=(0, 1, 0, 0))
    for column in ("parameter", "median", f"{accuracy['level']:.0%} interval"):
        table.add_column(column, no_wrap=True)
    table.add_column("origin")
    for name, value in result["parameters"].items():
        if name in RENAMED:  # stands there once more for scripts
            continue
        low, high = value["interval"]
        interval = "" if low == high else span(low, high, value["unit"])
        median = quantity(value["median"], value["unit"])
        origin = value["origin"] if value["metric"] is None else f"{value['origin']}: {value['detail']}"
        table.add_row(worded(name), median, interval, in_words(origin))
    title = f"{result['source']['name']}: {result['task']}"
    return [record_table(facts, title), table, result["verdict"]["text"]]


def _inside(words: str) -> str:
    """A label inside a list of words: small, unless an abbreviation."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def comparison_tables(told: Mapping[str, Any]) -> list[Table | str]:
    """A comparison: what each thing reaches, the paired differences, the verdicts."""
    from perovdata.units import number, quantity, with_error

    share = f"{told['level']:.0%} interval"
    title = f"{told['task']}: same network in float {told['ceiling']:.1f} %, guessing {told['chance']:.1f} %"
    reached = Table("thing", "accuracy", share, "energy per image", title=title, title_justify="left")
    for thing in told["things"]:
        accuracy = thing["accuracy"]
        low, high = accuracy["interval"]
        energy = thing["energy_per_image_J"]
        cost = "not known" if energy is None else quantity(energy, "J") + (" *" if thing["on_front"] else "")
        median = with_error(accuracy["median"], accuracy["standard_error"], "%")
        reached.add_row(thing["name"], median, f"{low:.1f} to {high:.1f}", cost)
    reached.caption = "*: no other is as accurate and as frugal (medians)"
    names = list(dict.fromkeys(name for thing in told["things"] for name in thing["energy_terms"]))
    terms = Table("thing", *names, title="Energy by term (median)", title_justify="left")
    for thing in told["things"]:
        row = (thing["energy_terms"].get(name, {}).get("median_J") for name in names)
        terms.add_row(thing["name"], *("" if value is None else quantity(value, "J") for value in row))
    pairs = Table("a", "b", "a - b, points", share, "a better", title="Pair by pair", title_justify="left")
    for pair in told["paired"]:
        low, high = pair["interval"]
        difference = f"{pair['difference']:+.1f}"
        better = f"{number(100 * pair['share_better'])} %"
        pairs.add_row(pair["a"], pair["b"], difference, f"{low:+.1f} to {high:+.1f}", better)
    verdicts = [f"{thing['name']}: {thing['verdict']['text']}" for thing in told["things"]]
    return [reached, *([terms] if names else []), pairs, *verdicts]


def tasks_table(rows: Iterable[Mapping[str, Any]]) -> Table:
    """The tasks of the vision suite."""
    columns = ("task", "shows", "images", "ceiling %", "64 sets, s")
    table = Table(*columns, title="Vision tasks", title_justify="left")
    for row in rows:
        ceiling = "" if row["ceiling"] is None else f"{row['ceiling']:.1f}"
        seconds = "" if row["seconds_64_sets"] is None else f"{row['seconds_64_sets']:.0f}"
        table.add_row(row["task"], row["shows"], row["images"], ceiling, seconds)
    return table


def task_tables(row: Mapping[str, Any]) -> list[Table]:
    """One task: its definition and its options."""
    keys = ("shows", "images", "encoder", "array", "network", "protocol", "score", "protocols")
    options = Table("option", "default", "meaning", title="Options: --set NAME=VALUE", title_justify="left")
    for option in row["options"]:
        choices = f" ({', '.join(option['choices'])})" if option["choices"] else ""
        default = "" if option["default"] is None else str(option["default"])
        options.add_row(option["name"], default, option["meaning"] + choices)
    facts = record_table({key: row[key] for key in keys}, row["task"])
    return [facts, options] if row["options"] else [facts]
