"""The review as a page for the browser: each sentence with its number marked, the fields beside it."""

from __future__ import annotations

import html
import json
from typing import Any

from perovdata.dataset.reading.proposals import Proposal
from perovdata.dataset.reading.review import DECISIONS, Answers, Item, items

_STYLE = """
body { font: 16px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; color: #1b1b1b; }
section { border-top: 2px solid #444; margin-top: 2rem; }
article { display: grid; grid-template-columns: 3fr 2fr; gap: 1.5rem; }
article { border-top: 1px solid #bbb; padding: 1rem 0; }
mark { background: #ffd54d; padding: 0 .1em; }
label.field { display: grid; grid-template-columns: 10rem 1fr; gap: .5rem; margin: .15rem 0; }
label.field input { font: inherit; }
.low { color: #8a3b00; } .checks { color: #8a3b00; } .place { color: #555; }
#save { position: sticky; top: 0; background: white; padding: .5rem 0; }
"""
_SCRIPT = """
function collect() {
  const out = {};
  for (const item of document.querySelectorAll('[data-key]')) {
    const chosen = item.querySelector('input[type=radio]:checked');
    if (!chosen) continue;
    const fields = {};
    for (const input of item.querySelectorAll('input[data-field]')) {
      if (input.value !== input.dataset.read) {
        fields[input.dataset.field] = input.dataset.type === 'number'
          ? (input.value === '' ? null : Number(input.value)) : input.value;
      }
    }
    const edited = Object.keys(fields).length > 0;
    const decision = edited && chosen.value === 'accept' ? 'edit' : chosen.value;
    out[item.dataset.key] = edited ? {decision, fields} : {decision};
  }
  return out;
}
document.getElementById('download').addEventListener('click', () => {
  const blob = new Blob([JSON.stringify(collect(), null, 1)], {type: 'application/json'});
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = document.body.dataset.file;
  link.click();
});
"""


def html_page(proposals: list[Proposal], answers: Answers, file_name: str) -> str:
    """A page that needs no network: answers are saved as a file that ``dataset review --answers`` reads.

    Parameters
    ----------
    proposals : list of dict
    answers : Answers
        Answers so far; they are filled in.
    file_name : str
        Name under which the browser saves the answers.
    """
    parts: list[str] = []
    for item in items(proposals):
        if item.value is None:
            parts.append(("</section>" if parts else "") + f"<section><h2>{_e(item.proposal['file'])}</h2>")
        parts.append(_article(item, answers))
    body = "\n".join(parts) + ("</section>" if parts else "")
    return (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>Review of {_e(file_name)}</title>"
        f"<style>{_STYLE}</style></head><body data-file='{_e(file_name)}'><h1>Proposed values</h1>"
        "<p id='save'><button id='download' type='button'>Save answers</button> "
        "Nothing leaves this computer; the sentences stay out of the tables.</p>"
        f"{body}<script>{_SCRIPT}</script></body></html>\n"
    )


def _e(text: Any) -> str:
    return html.escape(str(text), quote=True)


def _article(item: Item, answers: Answers) -> str:
    given = answers.given.get(item.key, {})
    fields = {**item.fields, **given.get("fields", {})}
    chosen = "accept" if given.get("decision") == "edit" else given.get("decision")
    name = _e(item.key)
    buttons = " ".join(
        f"<label><input type='radio' name='{name}'"
        f" value='{d}'{' checked' if d == chosen else ''}> {d}</label>"
        for d in DECISIONS.values()
        if d != "edit"
    )
    inputs = "".join(_input(k, item.fields.get(k), v) for k, v in fields.items())
    return (
        f"<article data-key='{name}'><div>{_words(item)}</div><div>{inputs}<p>{buttons}</p></div></article>"
    )


def _input(name: str, read: Any, now: Any) -> str:
    """A field with what was read and what it holds now, an edit of before included."""
    return (
        f"<label class='field'><span>{_e(name)}</span><input data-field='{_e(name)}'"
        f" data-type='{_kind(read)}' data-read='{_e(_shown(read))}' value='{_e(_shown(now))}'></label>"
    )


def _kind(value: Any) -> str:
    return "number" if isinstance(value, (int, float)) else "text"


def _shown(value: Any) -> str:
    return "" if value is None else f"{value:.12g}" if isinstance(value, float) else str(value)


def _words(item: Item) -> str:
    holder = item.proposal if item.value is None else item.value
    checks = "".join(
        f"<li>{_e(c['severity'])}: {_e(c['problem'])}; accepted: {_e(c['accepted'])}</li>"
        for c in holder.get("checks", [])
    )
    checks = f"<ul class='checks'>{checks}</ul>" if checks else ""
    if item.value is None:
        return f"<h3>Device and paper</h3>{checks}"
    evidence = item.value["evidence"]
    text, a, b = evidence["text"], evidence["start"], evidence["end"]
    low = " class='low'" if item.value["confidence"] < 0.6 else ""
    return (
        f"<p>{_e(text[:a])}<mark>{_e(text[a:b])}</mark>{_e(text[b:])}</p>"
        f"<p class='place'>{_e(evidence.get('locator') or '')}</p>"
        f"<p{low}>confidence {item.value['confidence']:.2f}:"
        f" {_e(json.dumps(item.value['reason'], ensure_ascii=False)[1:-1])}</p>{checks}"
    )
