"""Small papers in every format, made here: one device, one table, one reference list."""

from __future__ import annotations

FILLER = "The films were made from solution, and nothing in this part tells a value of a device. "
TITLE = "Lead-free bismuth memristors for low-power vision"

MARKDOWN = f"""# {TITLE}

DOI: 10.1000/own.1

## Abstract

Cesium bismuth iodide (CBI) was sandwiched in ITO/Cs3Bi2I9/Ag cells. The ON/OFF ratio of CBI exceeds 10^4, and
SET/RESET voltages of 0.5 V and −0.7 V were found. MAPbI3 devices reported earlier gave 10^2.

## Results

Retention over 104 s and an endurance of 500 cycles are shown.

Table 1. Comparison.

| Material | ON/OFF | Retention (s) | Ref. |
|---|---|---|---|
| MAPbI3 | >10^3 | 5000 | [1] |
| Cs3Bi2I9 | >10^4 | 10^4 | This work |

## References

[1] A. Someone, J. Nowhere 12, 34 (2019). https://doi.org/10.1000/abc.1
"""

HTML = f"""<!DOCTYPE html><html><head>
<meta name="citation_doi" content="10.1000/own.1"><meta name="citation_title" content="{TITLE}">
<meta name="citation_author" content="First, Ann"><meta name="citation_author" content="Second, Bob">
<meta name="citation_publication_date" content="2024/03/01">
<meta name="citation_journal_title" content="J. Nowhere">
<script>var ratio = "ON/OFF ratio of 10^9";</script></head><body>
<h1>{TITLE}</h1><h2>Abstract</h2>
<p>The ON/OFF ratio of Cs<sub>3</sub>Bi<sub>2</sub>I<sub>9</sub> exceeds 10<sup>4</sup>, and a responsivity of
3.1 A W<sup>−1</sup> was found.<sup>12</sup></p>
<h2>Results</h2>
<table><caption>Table 1. Comparison</caption><thead><tr><th>Material</th>
<th>Retention (s)</th><th>Ref.</th></tr></thead>
<tbody><tr><td rowspan="2">MAPbI<sub>3</sub></td><td>10<sup>3</sup></td><td>1</td></tr>
<tr><td>2 × 10<sup>3</sup></td><td>2</td></tr></tbody></table>
<h2>References</h2><ol><li>A. Someone, J. Nowhere (2019). <a href="https://doi.org/10.1000/abc.1">link</a></li>
<li>C. Else, J. Nowhere (2020). doi:10.1000/abc.4</li></ol></body></html>"""

JATS = f"""<?xml version="1.0"?><article xmlns:xlink="http://www.w3.org/1999/xlink"><front>
<journal-meta>
<journal-title-group><journal-title>J. Nowhere</journal-title></journal-title-group></journal-meta>
<article-meta><article-id pub-id-type="doi">10.1000/own.1</article-id>
<title-group>
<article-title>{TITLE}</article-title></title-group>
<contrib-group><contrib contrib-type="author"><name>
<surname>First</surname><given-names>Ann</given-names></name></contrib>
</contrib-group><pub-date><year>2024</year></pub-date>
<abstract>
<p>The energy of the Cs<sub>3</sub>Bi<sub>2</sub>I<sub>9</sub> device is 4.2&#xa0;fJ per spike.</p></abstract>
</article-meta></front><body><sec><title>Results</title><p>The retention exceeds 10<sup>4</sup> s.</p>
<table-wrap><label>Table 1</label>
<caption><p>Comparison</p></caption><table><thead><tr><th>Material</th>
<th>Endurance (cycles)</th><th>Ref.</th></tr></thead><tbody><tr><td>MAPbI3</td><td>1000</td>
<td><xref rid="r1">[1]</xref></td></tr></tbody></table></table-wrap></sec></body>
<back><ref-list><ref id="r1"><label>1</label><mixed-citation>Someone A, 2019
<pub-id pub-id-type="doi">10.1000/abc.1</pub-id></mixed-citation></ref></ref-list></back></article>"""

BIB = """@article{first2024, title = {Lead-free {B}ismuth memristors for low-power vision},
  author = {First, Ann and Second, Bob}, journal = {Journal of Nowhere}, year = {2024}, doi = {10.1000/own.1}}
@article{other2020, title = {Something else}, author = {Other, Oda}, year = {2020}, doi = {10.1000/other}}
"""

RIS = """TY  - JOUR
TI  - Lead-free bismuth memristors for low-power vision
AU  - First, Ann
PY  - 2024
JO  - Journal of Nowhere
DO  - 10.1000/own.1
ER  -
"""


def pdf(path, pages=1, columns=1, password=None):
    """A PDF of the paper with true superscripts and a booktabs table."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import (
        BaseDocTemplate,
        Frame,
        PageBreak,
        PageTemplate,
        Paragraph,
        Table,
        TableStyle,
    )

    style = getSampleStyleSheet()
    formula = "Cs<sub>3</sub>Bi<sub>2</sub>I<sub>9</sub>"

    def text(words):
        return Paragraph(words, style["Normal"])

    rows = [
        ["Material", "ON/OFF", "Vset (V)", "Retention (s)", "Ref."],
        ["MAPbI3", text("10<super>3</super>"), "0.8", "1000", "[1]"],
        ["Cs3Bi2I9", text("10<super>4</super>"), "0.5", "20000", "This work"],
    ]
    rules = [("LINEABOVE", (0, 0), (-1, 0), 1, "black"), ("LINEBELOW", (0, 0), (-1, 0), 0.5, "black")]
    rules += [("LINEBELOW", (0, -1), (-1, -1), 1, "black"), ("FONTSIZE", (0, 0), (-1, -1), 8)]
    flow = [
        Paragraph(TITLE, style["Title"]),
        text("Ann First, Bob Second"),
        text("DOI: 10.1000/own.1, published 2024"),
        Paragraph("Abstract", style["Heading2"]),
        text(
            f"The ON/OFF ratio of {formula} exceeds 10<super>4</super>, and the responsivity is 3.1 A "
            "W<super>−1</super>, as is known for synapses.<super>12</super> A stack of "
            f"ITO/{formula}/Ag was used."
        ),
        Paragraph("Results and Discussion", style["Heading2"]),
        text("The energy is 4.2 fJ per spike. " + FILLER),
        text("Table 1. Comparison of devices."),
        Table(rows, style=TableStyle(rules), colWidths=[48, 42, 45, 62, 53]),
    ]
    for _ in range(pages - 1):
        flow += [PageBreak(), *(text(FILLER * 8) for _ in range(5))]
    flow += [Paragraph("References", style["Heading2"])]
    flow += [text("[1] A. Someone, J. Nowhere 12, 34 (2019). doi:10.1000/abc.1")]
    encryption = {"encrypt": StandardEncryption(password)} if password else {}
    document = BaseDocTemplate(str(path), pagesize=A4, **encryption)
    frames = (
        [Frame(40, 40, 515, 760)] if columns == 1 else [Frame(30, 40, 262, 760), Frame(300, 40, 262, 760)]
    )
    document.addPageTemplates([PageTemplate(frames=frames)])
    document.build(flow)
    return path
