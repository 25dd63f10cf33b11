"""Documents as PDF: text reads back in any script, boxes for what no font draws, same bytes."""

import re
from datetime import UTC, datetime

import pypdfium2

from roadmap.web.pdf import Block, Heading, Paper, Paragraph, Table, document

PAPER = Paper("Go: Thai live ไทย", "Decision 5", datetime(2026, 11, 22, 10, tzinfo=UTC), "LCH-1")
# Arabic joins lam and alef into one glyph, which readers of PDF tell apart differently.
SCRIPTS = ("Łódź", "Дмитрий", "Ελένη", "محمد", "דוד", "สมชาย ใจดี", "王小明", "たなか", "김철수")


def read_back(data: bytes) -> str:
    """Return the text of a PDF as a reader copies it, without marks that show nothing."""
    pdf = pypdfium2.PdfDocument(data)
    try:
        pages = []
        for page in pdf:
            text = page.get_textpage()
            pages.append(text.get_text_range())
            text.close()
            page.close()
    finally:
        pdf.close()
    return re.sub("[\u2060\ufffe\r]", "", "\n".join(pages))


def test_names_in_many_scripts_read_back() -> None:
    told = read_back(document(PAPER, [Table((1, 3), [(name, name) for name in SCRIPTS])]))
    for name in SCRIPTS:
        assert told.count(name) == 2, name
    assert "□" not in told


def test_what_no_font_has_becomes_a_box_that_is_explained() -> None:
    told = read_back(document(PAPER, [Paragraph("a😀b"), Heading("தமிழ்")]))
    assert "a□b" in told
    assert "U+0BA4" in told
    assert "U+1F600" in told


def test_a_long_table_goes_on_with_its_headings_and_every_row_is_there() -> None:
    rows = [(f"row {n}", "x" * (n % 90)) for n in range(120)]
    told = read_back(document(PAPER, [Table((1, 3), rows, ("Number", "Marks"))]))
    assert told.count("Number") > 2
    assert all(f"row {n}" in told for n in range(120))


def test_the_same_blocks_give_the_same_bytes() -> None:
    blocks: list[Block] = [Paragraph("All in order. 王小明 हिन्दी"), Table((1, 1), [("a", "b")])]
    assert document(PAPER, blocks) == document(PAPER, blocks)
