"""Which of several metrics a cue means for a number: SET or RESET, potentiation or depression."""

from __future__ import annotations

import re

from perovdata.dataset.reading.grammar.hits import Hit
from perovdata.dataset.reading.grammar.quantities import Quantity

_BRANCH = re.compile(
    r"\b(?:((?i:potentiation|potentiating)|LTP|P)|((?i:depression|depressing)|LTD|D))\b|NL_?\{?(p|P"
    r"|LTP)\b|NL_?\{?(d|D|LTD)\b|α_?\{?(p)\b|α_?\{?(d)\b"
)


def member(text: str, found: list[Quantity], i: int, hit: Hit) -> str | None:
    """Metric of a number under its cue: of a pair its first or second, of a nonlinearity its branch.

    Parameters
    ----------
    text : str
        The sentence.
    found : list of Quantity
        Its quantities.
    i : int
        Which of them.
    hit : Hit
        The cue that claims it.

    Returns
    -------
    str or None
        Names joined by ``+`` where one figure stands for both of a pair; ``"-"`` or None for no metric.
    """
    quantity = found[i]
    if hit.cue.metrics == ("nonlinearity",):
        asymmetry = re.match(r"asymm", text[hit.start :], re.IGNORECASE)
        return "nonlinearity" if asymmetry else _branch(text, found, i, hit)
    if hit.cue.metrics == ("operating_voltage",) and re.search(
        r"switching[^,;]*±\s?$", text[: quantity.start]
    ):
        return "set_voltage+reset_voltage"
    if len(hit.cue.metrics) == 1:
        return hit.cue.metrics[0]
    peers = [
        q
        for q in found
        if q.dimension == quantity.dimension
        and (q.list_id == quantity.list_id or _same_run(text, q, quantity))
    ]
    index = peers.index(quantity)
    if len(peers) == 1:
        # one figure for both: the caller writes it twice
        return "+".join(hit.cue.metrics)
    return hit.cue.metrics[index % 2] if index < 2 or len(peers) % 2 == 0 else None


def _same_run(text: str, a: Quantity, b: Quantity) -> bool:
    low, high = sorted((a, b), key=lambda q: q.start)
    return bool(
        re.fullmatch(
            r"\s*(?:\([^)]*\)\s*)?(?:,|and|/|;|, and)\s*(?:~|about |approximately )?[-+]?",
            text[low.end : high.start],
        )
    )


def _name(mark: re.Match[str]) -> str:
    return "nonlinearity_ltp" if mark[1] or mark[3] or mark[5] else "nonlinearity_ltd"


def _branch(text: str, found: list[Quantity], i: int, hit: Hit) -> str:
    quantity = found[i]
    marks = [(m.start(), _name(m)) for m in _BRANCH.finditer(text)]
    if not marks:
        return "nonlinearity"
    peers = [q for q in found if q.dimension == "1" and q.list_id == quantity.list_id]
    if len(peers) == 2:
        distinct = list(dict.fromkeys(name for _, name in marks))
        if len(distinct) == 2:
            return distinct[peers.index(quantity)]
    cue_branch = _BRANCH.search(text[hit.start : hit.end])
    if cue_branch:
        return _name(cue_branch)
    tail = re.match(
        r"\s*(?:\(|for |in |during |of )?\s*(?:the )?(?:long-term )?(potentiation|LTP|depression|LTD)\b",
        text[quantity.end :],
        re.IGNORECASE,
    )
    if tail:
        return "nonlinearity_ltp" if tail[1].lower() in ("potentiation", "ltp") else "nonlinearity_ltd"
    before = [name for at, name in marks if at < quantity.start]
    near = before[-1] if before else marks[0][1]
    if len({name for _, name in marks}) == 2 and not before:
        return "nonlinearity"
    return near
