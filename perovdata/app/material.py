"""What the page says of a composition: gap, colour of a film, nearest devices."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

import numpy as np

from perovdata.chemistry import Perovskite
from perovdata.dataset.load import doi_link
from perovdata.materials import absorption, optical_properties
from perovdata.models import Prediction

FILM_NM = 300.0
_VISIBLE_NM = np.arange(380.0, 781.0, 5.0)


def gap_rows(perovskite: Perovskite) -> list[list[str]]:
    """Band gap and the wavelength up to which the film sees: quantity, value, 90 % range, rule."""
    rows = []
    for name, gap in optical_properties([perovskite])[0].items():
        label = name.replace("_", " ").replace("bandgap", "band gap")
        rests_on = gap.rule if gap.origin == "missing" else f"{gap.origin}: {gap.rule}"
        rows.append([label, *gap.told(), rests_on])
    return rows


def film_colour(perovskite: Perovskite, thickness_nm: float = FILM_NM) -> tuple[str, str] | None:
    """Colour of daylight that has passed a film, without what its surfaces reflect.

    CIE 1931 2 degree observer and illuminant D65 (tables of the package colour-science), Beer-Lambert's law.

    Returns
    -------
    (str, str) or None
        ``#rrggbb`` in sRGB and where the spectrum comes from; None where there is no spectrum.
    """
    from colour import MSDS_CMFS, SDS_ILLUMINANTS, XYZ_to_sRGB

    found = absorption(perovskite, _VISIBLE_NM)
    if found.origin == "missing":
        return None
    passed = np.exp(-found.values * 1e-7 * thickness_nm)  # 1/cm times nm
    observer = MSDS_CMFS["CIE 1931 2 Degree Standard Observer"]
    lamp = SDS_ILLUMINANTS["D65"]
    sight = np.stack(
        [np.interp(_VISIBLE_NM, observer.wavelengths, column) for column in observer.values.T], axis=1
    )
    power = np.interp(_VISIBLE_NM, lamp.wavelengths, lamp.values)
    xyz = (passed * power) @ sight / (power @ sight[:, 1])
    red, green, blue = np.round(255 * np.clip(XYZ_to_sRGB(xyz), 0.0, 1.0)).astype(int)
    return f"#{red:02x}{green:02x}{blue:02x}", f"{found.origin}: {found.rule}"


def swatch(colour: str, text: str) -> str:
    """A patch of a colour with its words."""
    patch = f'<span class="patch" role="img" aria-label="{colour}" style="background:{colour}"></span>'
    return f'<p class="swatch">{patch}<span>{html.escape(text)}</span></p>'


def nearest_rows(prediction: Prediction) -> list[list[str]]:
    """Nearest reported devices: composition, what they have in common, source."""
    return [
        [
            device["device_id"],
            device["composition"] or "not stated",
            ", ".join(device["shared"]),
            doi_link(device) or "",
        ]
        for device in prediction.nearest
    ]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """An HTML table that scrolls inside itself; addresses become links."""
    top = "".join(f"<th>{html.escape(name)}</th>" for name in head)
    body = "".join(f"<tr>{''.join(f'<td>{_cell(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(text: str) -> str:
    safe = html.escape(text)
    if not text.startswith("https://"):
        return safe
    return f'<a href="{safe}" target="_blank" rel="noreferrer">{safe.removeprefix("https://doi.org/")}</a>'
