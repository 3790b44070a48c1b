"""Papers of every format become documents; broken and hostile files become one line."""

import json
import zlib

import pytest

from perovdata.dataset.reading import read_paper
from perovdata.errors import InputError

from .papers import BIB, HTML, JATS, MARKDOWN, RIS, TITLE, pdf


def values(proposals, composition):
    return {
        m["metric"]: (m["operator"], m["value"], m["evidence"])
        for p in proposals
        if p["design"].get("composition") == composition
        for m in p["measurements"]
    }


def write(folder, name, content):
    path = folder / name
    path.write_text(content, "utf-8")
    return path


def test_markdown_text_table_and_references(tmp_path):
    proposals = read_paper(write(tmp_path, "paper.md", MARKDOWN))
    own, other = proposals
    assert own["paper"] == {"doi": "10.1000/own.1", "title": TITLE}
    assert own["design"]["stack"] == "ITO/Cs3Bi2I9/Ag"
    assert (own["design"]["bottom_electrode"], own["design"]["top_electrode"]) == ("ITO", "Ag")
    found = values(proposals, "Cs3Bi2I9")
    assert {k: v[:2] for k, v in found.items()} == {
        "on_off_ratio": (">", 1e4),
        "set_voltage": ("=", 0.5),
        "reset_voltage": ("=", 0.7),
        "retention": (">", 1e4),
        "endurance": ("=", 500),
    }
    assert other["source_kind"] == "secondary"
    assert other["paper"]["doi"] == "10.1000/abc.1"
    assert other["measurements"][0]["source_url"] == "https://doi.org/10.1000/own.1"


def test_every_evidence_points_at_its_number(tmp_path):
    for proposal in read_paper(write(tmp_path, "paper.md", MARKDOWN)):
        for value in proposal["measurements"]:
            evidence = value["evidence"]
            assert any(c.isdigit() for c in evidence["text"][evidence["start"] : evidence["end"]])
            assert evidence["locator"]


def test_html_meta_superscripts_merged_cells_and_scripts(tmp_path):
    proposals = read_paper(write(tmp_path, "paper.html", HTML))
    assert proposals[0]["paper"] == {
        "doi": "10.1000/own.1",
        "title": TITLE,
        "year": "2024",
        "journal": "J. Nowhere",
        "first_author": "Ann First",
    }
    found = values(proposals, "Cs3Bi2I9")
    assert found["on_off_ratio"][:2] == (">", 1e4)
    assert found["responsivity"][:2] == ("=", 3.1)
    assert found["on_off_ratio"][2]["xpath"].endswith("/p")
    secondary = [p for p in proposals if p["source_kind"] == "secondary"]
    assert [
        (p["paper"]["doi"], p["design"]["composition"], p["measurements"][0]["value"]) for p in secondary
    ] == [
        ("10.1000/abc.1", "MAPbI3", 1e3),
        ("10.1000/abc.4", "MAPbI3", 2e3),
    ]


def test_jats_front_matter_sections_and_table_wraps(tmp_path):
    proposals = read_paper(write(tmp_path, "paper.nxml", JATS))
    assert proposals[0]["paper"]["first_author"] == "Ann First"
    found = values(proposals, "Cs3Bi2I9")
    assert found["energy_per_event"][:2] == ("=", 4.2e-15)
    assert found["retention"][:2] == (">", 1e4)
    assert found["energy_per_event"][2]["locator"] == "abstract"
    assert values(proposals, "MAPbI3")["endurance"][:2] == ("=", 1000)


@pytest.mark.parametrize("columns", [1, 2])
def test_pdf_superscripts_columns_table_and_page(tmp_path, columns):
    proposals = read_paper(pdf(tmp_path / "paper.pdf", columns=columns))
    assert proposals[0]["paper"] == {
        "doi": "10.1000/own.1", "title": TITLE, "year": "2024", "first_author": "Ann First",
    }  # fmt: skip
    found = values(proposals, "Cs3Bi2I9")
    assert found["on_off_ratio"][:2] == (">", 1e4)
    assert found["responsivity"][:2] == ("=", 3.1)
    assert found["energy_per_event"][:2] == ("=", 4.2e-15)
    assert found["retention"][:2] == ("=", 2e4)
    assert found["on_off_ratio"][2]["page"] == 1
    other = [p for p in proposals if p["source_kind"] == "secondary"]
    assert [p["paper"]["doi"] for p in other] == ["10.1000/abc.1"]
    assert values(other, "MAPbI3")["on_off_ratio"][:2] == ("=", 1e3)


@pytest.mark.parametrize(("name", "content"), [("paper.bib", BIB), ("paper.ris", RIS)])
def test_a_bibliography_beside_the_paper_fills_its_fields(tmp_path, name, content):
    write(tmp_path, name, content)
    paper = read_paper(write(tmp_path, "paper.md", MARKDOWN))[0]["paper"]
    assert (paper["year"], paper["journal"], paper["first_author"]) == (
        "2024",
        "Journal of Nowhere",
        "Ann First",
    )


def test_a_bibliography_without_the_paper_is_refused(tmp_path):
    other = BIB.replace("10.1000/own.1", "10.1000/third").replace("vision", "storage")
    with pytest.raises(InputError, match="none of its 2 entries"):
        read_paper(write(tmp_path, "paper.md", MARKDOWN), bibliography=write(tmp_path, "all.bib", other))


def test_crossref_json_is_a_bibliography(tmp_path):
    work = {"DOI": "10.1000/own.1", "title": ["T"], "author": [{"given": "Ann", "family": "First"}]}
    path = write(tmp_path, "work.json", json.dumps(work))
    paper = read_paper(write(tmp_path, "paper.md", MARKDOWN), bibliography=path)[0]["paper"]
    assert paper["first_author"] == "Ann First"


BOMB = '<!DOCTYPE a [<!ENTITY a "ten">' + "".join(
    f'<!ENTITY a{i} "{"&a%s;" % (i - 1 if i > 1 else "") * 10}">' for i in range(1, 10)
)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.pdf", b"not a pdf", "not a PDF"),
        ("a.pdf", b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nnothing more", "broken PDF|no text layer"),
        ("a.pdf", b"", "empty"),
        ("a.txt", b"\0\1\2", "zero bytes"),
        ("a.docx", b"PK", "kind '.docx'"),
        ("a.xml", b"<article><p>open", "broken XML"),
        ("a.txt", b"   \n", "no text"),
    ],
)
def test_files_that_cannot_be_read_give_one_line(tmp_path, name, content, said):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=said) as caught:
        read_paper(path)
    assert "\n" not in str(caught.value)


def test_encrypted_scanned_and_huge_pdf(tmp_path):
    with pytest.raises(InputError, match="encrypted"):
        read_paper(pdf(tmp_path / "secret.pdf", password="x"))
    from reportlab.pdfgen.canvas import Canvas

    scan = Canvas(str(tmp_path / "scan.pdf"))
    scan.rect(50, 50, 400, 600, fill=1)
    scan.save()
    with pytest.raises(InputError, match="no text layer"):
        read_paper(tmp_path / "scan.pdf")
    with (tmp_path / "huge.pdf").open("wb") as stream:
        stream.truncate(500 * 2**20)  # sparse: no disk is used
    with pytest.raises(InputError, match="500 MiB"):
        read_paper(tmp_path / "huge.pdf")


def test_entities_are_not_expanded_and_no_file_is_read(tmp_path):
    (tmp_path / "secret.txt").write_text("retention of 77777 s", "utf-8")
    inside = f'<!DOCTYPE a [<!ENTITY e SYSTEM "file://{tmp_path}/secret.txt">]>'
    body = "<article><body><p>The endurance is 500 cycles. &e;</p></body></article>"
    (proposal,) = read_paper(write(tmp_path, "a.xml", inside + body))
    assert [m["metric"] for m in proposal["measurements"]] == ["endurance"]
    bomb = BOMB + "]><article><p>The endurance is 500 cycles. &a9;</p></article>"
    with pytest.raises(InputError, match="broken XML"):
        read_paper(write(tmp_path, "b.xml", bomb))


def test_a_stream_that_unpacks_without_end_is_refused(tmp_path):
    packed = zlib.compress(b"0" * (300 * 2**20), 9)
    head = (
        b"%PDF-1.4\n1 0 obj\n<< /Length " + str(len(packed)).encode() + b" /Filter /FlateDecode >>\nstream\n"
    )
    (tmp_path / "bomb.pdf").write_bytes(head + packed + b"\nendstream\nendobj\n")
    with pytest.raises(InputError, match="unpacks to more than"):
        read_paper(tmp_path / "bomb.pdf")
    twice = zlib.compress(packed, 9)
    (tmp_path / "twice.pdf").write_bytes(
        head.replace(str(len(packed)).encode(), b"9") + twice + b"\nendstream\n"
    )
    with pytest.raises(InputError, match="unpacks to more than"):
        read_paper(tmp_path / "twice.pdf")


def test_deep_nesting_does_not_exhaust_the_stack(tmp_path):
    deep = (
        "<html><body>"
        + "<div>" * 20000
        + "The endurance is 500 cycles."
        + "</div>" * 20000
        + "</body></html>"
    )
    with pytest.raises(InputError):
        read_paper(write(tmp_path, "a.xml", "<a>" * 20000 + "</a>" * 20000))
    deep = "<p>The endurance is 500 cycles.</p>" + "<div>" * 20000 + "</div>" * 20000
    assert read_paper(write(tmp_path, "a.html", deep))[0]["measurements"][0]["value"] == 500


PLAIN = """A memristor synapse made of methylammonium lead iodide

Abstract: Methylammonium lead iodide (MAPbI3, hereafter MPI) memristors with an Al/MPI/ITO stack are shown.
The devices show ON/OFF ratios above 10^3 and a nonlinearity of 1.3 (LTP).

Table 2
Parameter\tCsPbBr3\tMAPbI3
ON/OFF ratio\t10^4\t10^3
Endurance (cycles)\t500\t500
"""


def test_a_value_told_twice_stands_once_and_a_stack_stays_with_its_material(tmp_path):
    main, other = read_paper(write(tmp_path, "paper.txt", PLAIN))
    assert [(m["metric"], m["operator"]) for m in main["measurements"]] == [
        ("on_off_ratio", ">"),
        ("nonlinearity_ltp", "="),
        ("endurance", "="),
    ]
    assert main["design"]["stack"] == "Al/MPI/ITO"
    assert other["design"]["composition"] == "CsPbBr3"
    assert "stack" not in other["design"]
