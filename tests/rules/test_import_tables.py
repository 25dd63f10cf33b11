"""Reading bytes as a table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.exchange.tabular import MAX_CELL, TableError, read_table


def test_rows_carry_the_physical_line_they_start_on():
    table = read_table(b'a,b\n1,"two\nlines"\n\n3,4\n')
    assert [(row.line, row.cells) for row in table.rows] == [
        (2, ("1", "two\nlines")),
        (5, ("3", "4")),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_and_cells_stay_as_written(delimiter):
    text = f'title{delimiter}note\n Trailing {delimiter}"=1+1, 2; 3"\n'
    table = read_table(text.encode())
    assert table.delimiter == delimiter
    assert table.rows[0].cells == (" Trailing ", "=1+1, 2; 3")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks_are_understood(encoding):
    table = read_table("title;note\nĐơn hàng;ok\n".encode(encoding))
    assert table.header == ("title", "note")
    assert table.rows[0].cells[0] == "Đơn hàng"


def test_text_of_another_encoding_is_refused_by_line_and_byte_unless_named():
    data = "title,note\nok,ok\nSão,ok\n".encode("cp1252")
    with pytest.raises(TableError, match=r"Line 3 is not utf-8 text: byte 0xE3"):
        read_table(data)
    assert read_table(data, encoding="cp1252").rows[1].cells[0] == "São"


@pytest.mark.parametrize(
    ("data", "encoding", "says"),
    [
        (b"", None, "empty"),
        (b"\n \n", None, "empty"),
        (b'a,b\n1,"never closed\n2,3\n', None, "line 2 is never closed"),
        (b'a,b\n1,"x"y\n', None, "line 2 is not valid CSV"),
        ("title\n".encode("utf-16-le") * 20, None, "without a byte-order mark"),
        (b"a,b\n", "klingon", "no text encoding called 'klingon'"),
        (b"a,b\n", "zip", "no text encoding called 'zip'"),
        (b"a\n" + b"x" * 140_000, None, "far too long"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_one_sentence(data, encoding, says):
    with pytest.raises(TableError, match=says):
        read_table(data, encoding=encoding)


def test_a_header_alone_is_an_empty_table():
    assert read_table(b"title,note\n").rows == ()


def test_repeated_columns_are_kept_apart():
    table = read_table(b"Comment,Comment,Comment#2,\n1,2,3,4\n")
    assert table.labels() == ("Comment", "Comment#2", "Comment#2#2", "column 4")


def test_ragged_and_over_long_rows_are_refused_and_the_others_stay():
    long = "x" * (MAX_CELL + 1)
    table = read_table(f"a,b\n1\n1,2,3\n1,2,,\n{long},1\n".encode())
    assert [row.line for row in table.rows] == [4]
    assert [(p.line, p.fatal) for p in table.problems] == [(2, True), (3, True), (5, True)]
    assert "1 cells, the header 2" in table.problems[0].reason


def test_the_separator_line_of_spreadsheets_is_obeyed():
    table = read_table(b"sep=;\r\na;b\r\n1,5;2\r\n")
    assert table.header == ("a", "b")
    assert (table.rows[0].line, table.rows[0].cells) == (3, ("1,5", "2"))


@given(st.binary(max_size=300))
def test_no_bytes_make_reading_fail_other_than_with_a_sentence(data):
    try:
        table = read_table(data)
    except TableError:
        return
    assert all(len(row.cells) == len(table.header) for row in table.rows)
