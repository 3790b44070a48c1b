"""What a reader sees of a paper: passages of text and grids of cells, each with its place."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Place:
    """Where something stands in the paper.

    Parameters
    ----------
    page : int or None
        Page of a PDF, from 1.
    xpath : str or None
        Element of an HTML or XML file.
    section : str
        Heading that it stands under; ``"title"`` and ``"abstract"`` for these two.
    label : str
        What a person looks for: ``"line 12"``, ``"Table 2, row 3"``; empty where page or section say it.
    """

    page: int | None = None
    xpath: str | None = None
    section: str = ""
    label: str = ""

    def locator(self) -> str:
        """The place in few words, as it goes into a table's notes."""
        page = f"p. {self.page}" if self.page else ""
        section = " ".join(self.section.split())[:60] if not page else ""
        return ", ".join(part for part in (page, section, self.label) if part)


@dataclass(frozen=True)
class Passage:
    """A paragraph: its text (superscripts written ``^4``) and its place."""

    text: str
    place: Place = Place()


@dataclass(frozen=True)
class Grid:
    """A table of a paper: caption, header cells and rows of cells, as text."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    place: Place = Place()


@dataclass(frozen=True)
class Document:
    """A paper as read from the disk.

    Parameters
    ----------
    name : str
        File name.
    passages : tuple of Passage
        In reading order, the list of references left out.
    grids : tuple of Grid
        Its tables.
    references : dict of str to str
        Entries of the reference list by their number.
    paper : dict of str to str
        Cells of ``papers`` that file and first page tell.
    """

    name: str
    passages: tuple[Passage, ...] = ()
    grids: tuple[Grid, ...] = ()
    references: dict[str, str] = field(default_factory=dict)
    paper: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Evidence:
    """The words that a value was read from; they stay on the user's disk.

    Parameters
    ----------
    text : str
        The sentence, or the table's row.
    start, end : int
        Characters of `text` that gave the number.
    place : Place
        Where the sentence stands.
    """

    text: str
    start: int
    end: int
    place: Place = Place()

    def as_dict(self) -> dict[str, str | int | None]:
        """JSON form."""
        return {
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "page": self.place.page,
            "xpath": self.place.xpath,
            "locator": self.place.locator(),
        }
