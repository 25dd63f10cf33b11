"""Documents as PDF: blocks of text and tables, in fonts that cover the world's scripts.

FiraGO has Latin, Greek, Cyrillic, Arabic, Hebrew, Thai, Devanagari and Georgian; WenQuanYi Micro
Hei has Chinese, Japanese and Korean. Both come with packages and are embedded as far as used, so
that neither the server nor the reader needs a font. HarfBuzz shapes the text and it stays
selectable. A character that no font has is drawn as a box, and the end says which. The same blocks
give the same bytes.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import as_file, files
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

import pymupdf_fonts
from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace, Glyph, SubsetMap, TTFFont

from roadmap.web.i18n import _

MISSING = "\u25a1"
# Glyphs that stand for part of a character are told as this, which readers show as nothing.
_NOTHING = (0x2060,)
_TEXT, _FAR_EAST = "FiraGO", "MicroHei"
_INK, _DIM, _LINE = (20, 24, 28), (90, 98, 108), (195, 201, 208)
_MARGIN = 18.0


@dataclass(frozen=True)
class Heading:
    """The title of a section."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """Running text; `strong` sets it bold, `dim` in grey."""

    text: str
    strong: bool = False
    dim: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under headings; ``widths`` are relative. Without headings the first column names."""

    widths: tuple[int, ...]
    rows: Sequence[Sequence[str]]
    headings: tuple[str, ...] = ()


Block: TypeAlias = Heading | Paragraph | Table


@dataclass(frozen=True)
class Paper:
    """What a document is called, what stands at the foot of each page, when it was made."""

    title: str
    foot: str
    made: datetime
    subject: str = ""


def document(paper: Paper, blocks: Sequence[Block]) -> bytes:
    """Return a PDF of A4 pages."""
    characters = set(paper.title + paper.foot + paper.subject)
    for block in blocks:
        characters.update(*_texts(block))
    missing = sorted(c for c in characters if not _drawn(c))
    with TemporaryDirectory() as folder:
        pdf = _Pages(paper, Path(folder), far_east=any(ord(c) in _far_east() for c in characters))
        pdf.boxes = str.maketrans(dict.fromkeys(missing, MISSING))
        pdf.add_page()
        pdf.title_block()
        for block in blocks:
            pdf.draw(block)
        if missing:
            codes = ", ".join(f"U+{ord(c):04X}" for c in missing)
            words = _(
                "%(box)s stands for what no font here can draw: %(codes)s.",
                box=MISSING,
                codes=codes,
            )
            pdf.draw(Paragraph(words, dim=True))
        return bytes(pdf.output())


def _texts(block: Block) -> Iterable[str]:
    if isinstance(block, Table):
        return [*block.headings, *(cell for row in block.rows for cell in row)]
    return [block.text]


# ---- fonts ----


@cache
def _fira(code: str) -> bytes:
    return bytes(pymupdf_fonts.myfont(code))


@cache
def _first() -> frozenset[int]:
    """Return the characters FiraGO draws."""
    return frozenset(TTFont(BytesIO(_fira("figo"))).getBestCmap())


def _far_east_file() -> Any:
    return files("paperang_p2_fonts_cjk") / "fonts" / "wqy-microhei.ttc"


@cache
def _second() -> frozenset[int]:
    """Return the characters Micro Hei draws."""
    with as_file(_far_east_file()) as path, TTFont(path, fontNumber=0) as font:
        return frozenset(font.getBestCmap())


@cache
def _far_east() -> frozenset[int]:
    return _second() - _first()


def _drawn(character: str) -> bool:
    """Tell whether a font has a character; marks of direction and joining need none."""
    if unicodedata.category(character) in ("Cc", "Cf"):
        return True
    return ord(character) in _first() or ord(character) in _second()


class _Readable(SubsetMap):
    """A subset that tells readers of a glyph without a character of its own as nothing."""

    def pick_glyph(self, glyph: Glyph | None) -> int | None:
        """Return the number a glyph has in the document."""
        if glyph is not None and glyph.unicode == ():
            glyph = Glyph(glyph.glyph_id, _NOTHING, glyph.glyph_name, glyph.glyph_width)
        return super().pick_glyph(glyph)


# ---- pages ----


class _Pages(FPDF):
    """A document being drawn."""

    def __init__(self, paper: Paper, folder: Path, *, far_east: bool) -> None:
        super().__init__(format="A4")
        self.paper = paper
        self.boxes: dict[int, str] = {}
        self.set_margins(_MARGIN, _MARGIN)
        self.c_margin = 0
        self.set_auto_page_break(True, margin=_MARGIN + 4)
        self.set_creation_date(paper.made)
        self.set_producer("Launch Roadmap")
        self.set_title(paper.title)
        self.set_subject(paper.subject)
        self.set_lang("en")
        self._add_fonts(folder, far_east=far_east)
        self.set_text_shaping(True)

    def _add_fonts(self, folder: Path, *, far_east: bool) -> None:
        for style, code in (("", "figo"), ("B", "figbo")):
            path = folder / f"{code}.ttf"
            path.write_bytes(_fira(code))
            self.add_font(_TEXT, style, path)
        # The box is drawn by the second font as well.
        with as_file(_far_east_file()) as path:
            if far_east or ord(MISSING) not in _first():
                self.add_font(_FAR_EAST, "", path)
                self.set_fallback_fonts([_FAR_EAST], exact_match=False)
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.subset = _Readable(font)

    def footer(self) -> None:
        """Draw the foot of a page."""
        self.set_y(-_MARGIN + 4)
        self._use(7.5, dim=True)
        width = self.epw - 24
        self.cell(width, 4, self._safe(self.paper.foot), new_x=XPos.RIGHT, new_y=YPos.TOP)
        self.cell(24, 4, str(self.page_no()), align="R")

    def title_block(self) -> None:
        """Draw the title of the document."""
        self._use(18, strong=True)
        self._write(self.paper.title, 8)
        if self.paper.subject:
            self._use(10, dim=True)
            self._write(self.paper.subject, 5)
        self.ln(2)

    def draw(self, block: Block) -> None:
        """Draw a block."""
        if isinstance(block, Heading):
            if self.will_page_break(24):
                self.add_page()
            self.ln(4)
            self._use(12, strong=True)
            self._write(block.text, 6)
            self.ln(0.8)
        elif isinstance(block, Paragraph):
            self._use(10, strong=block.strong, dim=block.dim)
            self._write(block.text, 5)
            self.ln(1.2)
        else:
            self._table(block)

    def _table(self, block: Table) -> None:
        self._use(9)
        self.set_draw_color(*_LINE)
        head = FontFace(emphasis="BOLD", color=_DIM, size_pt=8)
        with self.table(
            col_widths=block.widths,
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            first_row_as_headings=bool(block.headings),
            headings_style=head,
            line_height=4.6,
            padding=(1.1, 1.6, 1.1, 0),
            text_align="LEFT",
        ) as table:
            for row in ([block.headings] if block.headings else []) + list(block.rows):
                cells = table.row()
                for number, text in enumerate(row):
                    named = number == 0 and not block.headings
                    style = FontFace(color=_DIM) if named else None
                    cells.cell(self._safe(text), style=style)
        self.ln(1.2)

    def _use(self, size: float, *, strong: bool = False, dim: bool = False) -> None:
        self.set_font(_TEXT, "B" if strong else "", size)
        self.set_text_color(*(_DIM if dim else _INK))

    def _write(self, text: str, height: float) -> None:
        self.multi_cell(0, height, self._safe(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _safe(self, text: str) -> str:
        return text.translate(self.boxes)
