"""Reading points from CSV files as people have them."""

import csv
import io
import random
import re
import time
import tracemalloc
import unicodedata

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from polycore.errors import PolycoreError
from polycore.limits import MAX_POINTS
from polycore.points.point_set import PointSet
from polycore.points.table import Columns, read_table
from polycore.points.table_rows import MAX_BYTES, MAX_CELLS, MAX_LINES

XYL = Columns(0, 1, 2)
MINUS = "\N{MINUS SIGN}"


# --- what is recognized -----------------------------------------------------------------------

LAYOUTS = [
    pytest.param("x,y,label\n0.5,1.5,a\n2,3,b\n", ",", ".", id="commas and points"),
    pytest.param("x;y;label\n0,5;1,5;a\n2;3;b\n", ";", ",", id="semicolons and decimal commas"),
    pytest.param("x;y;label\n0.5;1.5;a\n2;3;b\n", ";", ".", id="semicolons and points"),
    pytest.param("x\ty\tlabel\n0.5\t1.5\ta\n2\t3\tb\n", "\t", ".", id="tabs and points"),
    pytest.param("x\ty\tlabel\n0,5\t1,5\ta\n2\t3\tb\n", "\t", ",", id="tabs and decimal commas"),
    pytest.param('x,y,label\n"0,5","1,5","a"\n2,3,b\n', ",", ",", id="decimal commas in quotes"),
    pytest.param("sep=;\nx;y;label\n0,5;1,5;a\n2;3;b\n", ";", ",", id="Excel's sep=;"),
    pytest.param('"SEP=,"\r\nx,y,label\n0.5,1.5,a\n2,3,b\n', ",", ".", id="Excel's sep=, in quotes"),
    pytest.param("sep=\t\nx\ty\tlabel\n0.5\t1.5\ta\n2\t3\tb\n", "\t", ".", id="Excel's sep= and a tab"),
    pytest.param("x,y,label\r\n0.5,1.5,a\r\n2,3,b\r\n", ",", ".", id="CR LF"),
    pytest.param("x,y,label\r0.5,1.5,a\r2,3,b", ",", ".", id="CR alone"),
    pytest.param("\ufeffx,y,label\n0.5,1.5,a\n2,3,b", ",", ".", id="byte order mark in a str"),
    pytest.param(b"\xef\xbb\xbfx,y,label\n0.5,1.5,a\n2,3,b", ",", ".", id="byte order mark in bytes"),
    pytest.param("x\ty\tlabel\r\n0,5\t1,5\ta\r\n2\t3\tb".encode("utf-16"), "\t", ",", id="UTF-16"),
    pytest.param(b"\xfe\xff" + "x,y,label\n0.5,1.5,a\n2,3,b".encode("utf-16-be"), ",", ".", id="UTF-16 BE"),
    pytest.param(" x ,\ty,label \n 0.5 , 1.5,  a\n2 ,3 , \tb \n", ",", ".", id="spaces"),
    pytest.param("x,y,label,,\n0.5,1.5,a,,\n2,3,b,,\n,,,,\n", ",", ".", id="empty columns and rows"),
    pytest.param(
        "\n\n# a\n#\n x,y,label\n\n# b\n0.5,1.5,a\n\n2,3,b\n\n", ",", ".", id="comments, blank lines"
    ),
]


@pytest.mark.parametrize(("content", "delimiter", "decimal"), LAYOUTS)
def test_the_same_table_in_different_layouts(content, delimiter, decimal):
    table = read_table(content)
    assert (table.delimiter, table.decimal) == (delimiter, decimal)
    assert table.header == table.columns == ("x", "y", "label")
    assert table.guess == XYL
    assert PointSet.from_table(table, XYL) == PointSet.from_csv(content)
    assert PointSet.from_csv(content) == PointSet([[0.5, 1.5], [2, 3]], ["a", "b"])


@pytest.mark.parametrize(
    ("content", "delimiter", "first_row"),
    [
        pytest.param("1,5;2,25;a\n", ";", ("1,5", "2,25", "a"), id="semicolons between decimal commas"),
        pytest.param("1,5;2,25;3,5\n", ";", ("1,5", "2,25", "3,5"), id="decimal commas in all columns"),
        pytest.param("1,5,2\n", ",", ("1", "5", "2"), id="three commas"),
        pytest.param("1,5\t2,25\ta\n", "\t", ("1,5", "2,25", "a"), id="tabs between decimal commas"),
        pytest.param("1,2,a;b\n", ",", ("1", "2", "a;b"), id="a semicolon in a label"),
        pytest.param("1;2;a,b,c,d\n", ";", ("1", "2", "a,b,c,d"), id="commas in a label"),
        pytest.param('1,2,"a,b ""c"""\n', ",", ("1", "2", 'a,b "c"'), id="quotes in quotes"),
        pytest.param('"1";"2";"a,b"\n', ";", ("1", "2", "a,b"), id="all in quotes"),
        pytest.param('1,2,5" pipe\n', ",", ("1", "2", '5" pipe'), id="an inch in a label"),
        pytest.param("1, 2, a b\n", ",", ("1", "2", "a b"), id="spaces in a label"),
        pytest.param("1,2\u2028,a\n", ",", ("1", "2", "a"), id="a line separator ends no line"),
    ],
)
def test_the_delimiter_is_recognized(content, delimiter, first_row):
    table = read_table(content)
    assert table.delimiter == delimiter
    assert table.header is None
    assert table.rows == (first_row,)
    assert table.columns[:2] == ("column 1", "column 2")


@pytest.mark.parametrize(
    ("content", "header"),
    [
        pytest.param("1,2,x\n3,4,y\n", None, id="labels that are names of axes"),
        pytest.param("1,2,label\n3,4,class\n", None, id="labels that are names of labels"),
        pytest.param("1,2,0\n3,4,1\n", None, id="numbers alone"),
        pytest.param("-1,+2e1,a\n", None, id="one point"),
        pytest.param("Width,Height,Species\n1,2,a\n", ("Width", "Height", "Species"), id="any names"),
        pytest.param("0,1,label\n0.5,2,7\n", ("0", "1", "label"), id="numbered columns and a label"),
        pytest.param("nan,nan,a\n1,2,b\n", None, id="missing values are no names"),
        pytest.param("abc,2,a\n1,2,b\n3,4,b\n", None, id="one wrong number is no name"),
        pytest.param(",a,b,kind\n0,1,2,u\n1,3,4,v\n", ("", "a", "b", "kind"), id="pandas' index"),
    ],
)
def test_a_header_is_recognized(content, header):
    assert read_table(content).header == header


@pytest.mark.parametrize(
    ("header", "rows", "guess"),
    [
        # by name
        pytest.param("label,y,x", "a,1,2", Columns(2, 1, 0), id="the names in any order"),
        pytest.param("Y [mm],X (cm),Class", "1,2,a", Columns(1, 0, 2), id="units and capitals"),
        pytest.param("species,x,z,y", "a,1,2,3", Columns(1, 3, 0), id="species"),
        pytest.param("x,y,foo,Target", "1,2,a,b", Columns(0, 1, 3), id="a name goes before content"),
        pytest.param("x,y,class,label", "1,2,a,b", Columns(0, 1, 3), id="a label goes before a class"),
        pytest.param("u,v,curve", "1,2,3", Columns(0, 1, 2), id="only the label has a known name"),
        # by content
        pytest.param("x,y,foo,bar", "1,2,a,3", Columns(0, 1, 2), id="text is the label"),
        pytest.param("a,b,c", "q,1,2\nr,3,4", Columns(1, 2, 0), id="text in front"),
        pytest.param("k,a,b", "0,.5,.1\n1,.7,.2\n0,.8,.4", Columns(1, 2, 0), id="few numbers in front"),
        pytest.param("a,b,k", "1,2,0\n2,3,1\n4,5,0", Columns(0, 1, 2), id="whole numbers, the last"),
        pytest.param("x1,x2,y", "1,2,0\n2,3,1", Columns(0, 1, 2), id="y alone is a target"),
        pytest.param("a,b,k", "1.5,2.5,0.5\n2,3,1", Columns(0, 1, 2), id="no whole numbers, the last"),
        pytest.param("x,y,k,note", "1,2,0,\n3,4,1,bad\n5,6,1,", Columns(0, 1, 2), id="not remarks"),
        # by position
        pytest.param(",a,b,c", "0,5,6,u\n1,7,8,v", Columns(1, 2, 3), id="not the column without a name"),
        pytest.param("foo,bar,baz", "a,b,c\n1,d,e", None, id="no two columns of numbers"),
    ],
)
def test_columns_are_guessed(header, rows, guess):
    assert read_table(f"{header}\n{rows}\n").guess == guess


def test_columns_have_different_printable_names():
    table = read_table("x,x,,\u202ea,x (2)," + "n" * 99 + "\n1,2,3,4,5,6\n")
    assert table.header == ("x", "x", "", "\u202ea", "x (2)", "n" * 99)
    assert table.columns == ("x", "x (2)", "column 3", r"\u202ea", "x (2) (2)", "n" * 37 + "...")


def test_rows_know_their_lines():
    table = read_table("# a comment\n\nx,y,label\r\n1,2,a\r\r3,4,b\n;;\n,,\n5,6,c")
    assert table.rows == (("1", "2", "a"), ("3", "4", "b"), ("5", "6", "c"))
    assert table.lines == (4, 6, 9)


# --- numbers, labels and columns --------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("007", 7.0),
        ("+.5", 0.5),
        ("-5.", -5.0),
        (f"{MINUS}0.25", -0.25),
        ("1e3", 1000.0),
        ("-2.5E-1", -0.25),
        (f"5e{MINUS}1", 0.5),
        (" 4 ", 4.0),
        ("\u00a04", 4.0),
        ("-0", 0.0),
        ("1000000", 1e6),
        ("1e-999", 0.0),
        ("0.1000000000000000055511151231257827", 0.1),
    ],
)
@pytest.mark.parametrize("mark", [".", ","])
def test_ways_to_write_a_number(text, number, mark):
    content = f"9{mark}5;1;a\n8;2;b\n{text.replace('.', mark)};3;b\n"
    assert PointSet.from_csv(content).points[2, 0] == number


@pytest.mark.parametrize(
    ("labels", "names", "indices"),
    [
        pytest.param(["2", "0", "1", "2"], ("0", "1", "2"), [2, 0, 1, 2], id="indices"),
        pytest.param(["30", "7", "30"], ("7", "30"), [1, 0, 1], id="whole numbers in numeric order"),
        pytest.param(["10", "9", "-1"], ("-1", "9", "10"), [2, 1, 0], id="a negative number"),
        pytest.param(["1.0", "1", "2.000e+00", "1,0"], ("1", "2"), [0, 0, 1, 0], id="written as floats"),
        pytest.param(["23", "7"], ("7", "23"), [1, 0], id="two of 0 to 23"),
        pytest.param(["1.5", "1", "0"], ("1.5", "1", "0"), [0, 1, 2], id="a fraction makes all names"),
        pytest.param(["9" * 17, "1"], ("9" * 17, "1"), [0, 1], id="too many digits for a float"),
        pytest.param(["b", "a", "b", "B"], ("b", "a", "B"), [0, 1, 0, 2], id="names as they appear"),
        pytest.param(["Iris setosa", "Iris  setosa"], ("Iris setosa", "Iris  setosa"), [0, 1], id="spaces"),
        pytest.param(["n" * 40, "\N{SNOWMAN}"], ("n" * 40, "\N{SNOWMAN}"), [0, 1], id="40 characters"),
        pytest.param(
            ["x^2-1", f"x² {MINUS} 1", "2x", "y = (x-1)(x+1)"],
            (f"x² {MINUS} 1", "2x"),
            [0, 0, 1, 0],
            id="formulas",
        ),
        pytest.param(["0.5x", "0,5x", "x"], ("0.5x", "x"), [0, 0, 1], id="formulas with decimal commas"),
        pytest.param(["x^2", "sin"], ("x^2", "sin"), [0, 1], id="a word makes all names"),
        pytest.param(["x^2", "1"], ("x^2", "1"), [0, 1], id="a number makes all names"),
        pytest.param(
            ["x^2", "123456.125x^2+123456.125x+123456.12"],
            ("x²", "123456.125x² + 123456.125x + 123456.12"),
            [0, 1],
            id="a long formula",
        ),
        pytest.param(
            ["x^2", "12345.5x^3+12345.5x^2+12345.5x+12345.5"],
            ("x^2", "12345.5x^3+12345.5x^2+12345.5x+12345.5"),
            [0, 1],
            id="a formula of more than 40 characters with its spaces makes all names",
        ),
    ],
)
def test_labels(labels, names, indices):
    content = "".join(f"{row};{row}.5;{label}\n" for row, label in enumerate(labels))
    data = PointSet.from_table(read_table(content), XYL)
    assert data.names == names
    assert data.labels.tolist() == indices


def test_columns_are_chosen_by_index_or_name():
    content = "a,b,c,kind,\u202e\n1,2,3,u,v\n3,5,9,v,u\n"
    chosen = PointSet([[3, 2], [9, 5]], ["u", "v"])
    assert PointSet.from_csv(content, Columns(2, 1, 3)) == chosen
    assert PointSet.from_csv(content, ("c", "b", "kind")) == chosen
    assert PointSet.from_csv(content, ("c", "b", "\u202e")).names == ("v", "u")
    assert PointSet.from_csv("1,2,3,u\n3,5,9,v\n", ("column 3", "column 2", "column 4")) == chosen


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (("x", "z", "label"), "columns: got 'z'; expected one of 'x', 'y', 'label'."),
        (("x", 1, "label"), "columns: got an int; expected a str. Give the names of the columns"),
        (("x", "y"), "columns: got a tuple; expected a Columns. Give Columns(x, y, label)"),
        ("xyl", "columns: got a str; expected a Columns"),
        (Columns(0, 1, 3), "columns.label: got 3; expected a whole number from 0 to 2."),
        (Columns(-1, 1, 2), "columns.x: got -1; expected a whole number from 0 to 2."),
        (Columns(0, 0, 2), "columns: got x=0, y=0 and label=2; expected three different columns."),
    ],
    ids=str,
)
def test_columns_that_are_not_in_the_table_are_refused(columns, message):
    with pytest.raises(PolycoreError, match="^" + re.escape(message)):
        PointSet.from_csv("x,y,label\n1,2,a\n3,4,b\n", columns)


def test_of_many_columns_a_refusal_names_some():
    header = ",".join(f"{'n' * 60}{number}" for number in range(50))
    with pytest.raises(PolycoreError, match=r"expected one of 'n+\.\.\.', .*, 42 more\.$") as refusal:
        PointSet.from_csv(f"{header}\n{','.join('1' * 50)}\n", ("a", "b", "c"))
    assert len(str(refusal.value)) <= 300


# --- refusals ---------------------------------------------------------------------------------

HEAD = "x,y,label\n1,2,a\n"
NO_LABEL = "the table: got no column of labels; expected x, y and a label. Choose it, or add the class of"
A_NUMBER = "expected a number, such as -0.5"
A_LABEL = "expected a label of 1 to 40 printable characters."
NO_THOUSANDS = "expected a number without separators of thousands, such as 1234.5."


@pytest.mark.parametrize(
    ("content", "message"),
    [
        # rows
        ("", "the file is empty; expected points, each with x, y and perhaps a label."),
        ("\n;;\n", "the file is empty; expected points"),
        ("# only\n# this\n", "line 1: got no rows; expected points"),
        ("x,y,label\n", "line 2: got no row; expected points below the header."),
        (
            "1\n2\n",
            "line 1: got 1 column in the table; expected x, y and perhaps a label, with commas, semicolons",
        ),
        ("\nx,y\n1,2\n", NO_LABEL),
        (",x,y\n0,1,2\n1,3,4\n", NO_LABEL),
        ("x y label\n1 2 a\n", "line 1: got 1 column in the table; expected x, y and perhaps a label"),
        ("x,y,\n1,2,\n", NO_LABEL),
        ("1;2;a\n" * 9 + "3;4\n", "line 10: got 2 fields; expected 3, as in most lines. Add what is"),
        ("1;2;a\n\n1;2;a;b\n1;2;a", 'line 3: got 4 fields; expected 3, as in most lines. Write " around a'),
        (
            "1,2,a\n1,5,2,5,a\n1,2,a",
            "line 2: got 5 fields; expected 3, as in most lines. Write decimal points",
        ),
        ("x,y,label\n1,5,2,5,a\n1,5,2,5,b\n", "line 1: got 3 fields; expected 5, as in most lines."),
        ("sep=|\nx|y|label\n", "line 1: got 'sep=|'; expected sep= and a comma, a semicolon or a tab."),
        # numbers
        (HEAD + "abc,4,b\n", f"line 3, column 1 (x): got 'abc'; {A_NUMBER}."),
        (HEAD + "\n3,4 cm,b\n", f"line 4, column 2 (y): got '4 cm'; {A_NUMBER}."),
        (HEAD + "3,,b\n", f"line 3, column 2 (y): got ''; {A_NUMBER}. Fill it in, or delete the line."),
        (HEAD + "nan,4,b\n", f"line 3, column 1 (x): got 'nan'; {A_NUMBER}."),
        (HEAD + "3,-inf,b\n", f"line 3, column 2 (y): got '-inf'; {A_NUMBER}."),
        (HEAD + "0x1,4,b\n", f"line 3, column 1 (x): got '0x1'; {A_NUMBER}."),
        (HEAD + "1_0,4,b\n", f"line 3, column 1 (x): got '1_0'; {A_NUMBER}."),
        (HEAD + "\uff13,4,b\n", f"line 3, column 1 (x): got '\uff13'; {A_NUMBER}."),
        (HEAD + "- 3,4,b\n", f"line 3, column 1 (x): got '- 3'; {A_NUMBER}."),
        (HEAD + "3e,4,b\n", f"line 3, column 1 (x): got '3e'; {A_NUMBER}."),
        (HEAD + "=3+1,4,b\n", f"line 3, column 1 (x): got '=3+1'; {A_NUMBER}."),
        (HEAD + "3\u200b,4,b\n", rf"line 3, column 1 (x): got '3\u200b'; {A_NUMBER}."),
        (HEAD + "3,4,b\n#,4,b\n", f"line 4, column 1 (x): got '#'; {A_NUMBER}."),
        ("1,2,a\nabc,4,b\n3,4,b", f"line 2, column 1: got 'abc'; {A_NUMBER}."),
        ("abc,4,b\n1,2,a\n3,4,b", f"line 1, column 1: got 'abc'; {A_NUMBER}."),
        (HEAD + '"1,234.5",4,b\n', f"line 3, column 1 (x): got '1,234.5'; {NO_THOUSANDS}"),
        (HEAD + '"1,234",4,b\n', f"line 3, column 1 (x): got '1,234'; {NO_THOUSANDS}"),
        ("1 234.5;2;a\n1;2;b", f"line 1, column 1: got '1 234.5'; {NO_THOUSANDS}"),
        ("1;2\u202f345;a\n1;2;b", rf"line 1, column 2: got '2\u202f345'; {NO_THOUSANDS}"),
        ("1'234;2;a\n1;2;b", f'line 1, column 1: got "1\'234"; {NO_THOUSANDS}'),
        ("1.234.567;2;a\n1;2;b", f"line 1, column 1: got '1.234.567'; {NO_THOUSANDS}"),
        (
            "1,5;2;a\n3,5;4;b\n1.5;3;b\n",
            "line 3, column 1: got '1.5'; expected a decimal comma, as in other numbers of x and y.",
        ),
        (
            "x;y;label\n1.5;2;a\n3;4,5;b\n",
            "line 3, column 2 (y): got '4,5'; expected a decimal point, as in other numbers of x and y.",
        ),
        (
            HEAD + "3,-1000001,b",
            "line 3, column 2 (y): got '-1000001'; expected a size of at most 1,000,000.",
        ),
        (HEAD + "1e999,4,b", "line 3, column 1 (x): got '1e999'; expected a size of at most 1,000,000."),
        ("a,b,c\nu,v,w\n", "line 2: got 'u' and fewer than two numbers; expected two columns of numbers"),
        (HEAD + "1,2,b\n", "points: got x with a standard deviation of 0; expected at least 0.001"),
        # labels
        (HEAD + "3,4,\n", f"line 3, column 3 (label): got ''; {A_LABEL}"),
        (HEAD + "3,4," + "n" * 41, f"line 3, column 3 (label): got 'nnnnnnnnnnnnnnnnn...'; {A_LABEL}"),
        (HEAD + "3,4,b\u200bc\n", rf"line 3, column 3 (label): got 'b\u200bc'; {A_LABEL}"),
        ("1;2;0\n3;4;nan\n5;6;1\n", "line 2, column 3: got 'nan'; expected a whole number, as in"),
        (HEAD, "line 2, column 3 (label): got 'a' here and in each other row; expected 2 to 24 classes."),
        (
            "1,2,x+x\n3,4,2x\n",
            "line 1, column 3: got 'x+x' here and in each other row; expected 2 to 24 classes.",
        ),
        (
            "".join(f"{row},1,name {row}\n" for row in range(1500)),
            "line 25, column 3: got class 25 of 1,500, 'name 24'; expected 2 to 24 classes. Choose another "
            "column as the label.",
        ),
        # quotes
        (HEAD + '3,4,"b\n5,6,c"\n', "line 3: got '3,4,\"b'; expected a closing \" in the line"),
        ('1;2;"a"b\n', 'line 1: got \'1;2;"a"b\'; expected a closing " in the line, with a '),
        # bytes and characters
        (b"1,2,a\r3,4,\xe9", "line 2: got byte 0xe9; expected UTF-8 text. Save it as CSV UTF-8."),
        (
            b"\xef\xbb\xbf1,2,a\r\n\r\n\xff",
            "line 3: got byte 0xff; expected UTF-8 text. Save it as CSV UTF-8.",
        ),
        (b"PK\x03\x04\x14\0\x06\0", r"line 1: got '\x00'; expected text. Save it as CSV UTF-8."),
        ("1,2,a\n".encode("utf-16") + b"\n", "line 2: got byte 0x0a; expected UTF-16 text. Save it as CSV"),
        ("1,2,a\n".encode("utf-16-le"), r"line 1: got '\x00'; expected text. Save it as CSV UTF-8."),
        ("1,2,a\n3,\ud800,b\n", r"line 2: got '\ud800'; expected a Unicode character. Remove it."),
        # sizes
        (
            ",".join("1" * 51),
            "line 1: got 51 columns; expected at most 50. Delete those that are not needed.",
        ),
        (HEAD + "1" * 10_001, "line 3: got 10,001 characters; expected at most 10,000 in a line."),
        (
            "x,y,label\n\n" + "1,2,a\n" * 20_001,
            "line 20003: got point 20,001; expected at most 20,000 points.",
        ),
        ("1,2,a\n" * 20_001, "line 20001: got point 20,001; expected at most 20,000 points. Delete some."),
        (
            ("1," * 30 + "a\n") * 20_000,
            "line 19356: got more than 600,000 cells; expected at most 600,000 in a table. Delete columns",
        ),
        ("1,2,a" + "\n" * MAX_LINES + "3,4,b", "line 100001: got one more line; expected at most 100,000."),
        ("é" * (MAX_BYTES // 2 + 1), "the table: got more than 4,194,304 bytes; expected at most that many."),
        (b"1" * (MAX_BYTES + 1), "the table: got more than 4,194,304 bytes; expected at most that many."),
        (None, "content: got None; expected the table as str or bytes."),
    ],
    ids=lambda value: ascii(value[:25]) if isinstance(value, str | bytes) else str(value),
)
def test_a_refusal_says_which_line_what_it_got_and_what_it_expected(content, message):
    with pytest.raises(PolycoreError, match="^" + re.escape(message)):
        PointSet.from_csv(content)


def test_blank_lines_after_the_last_one_read_are_ignored():
    assert len(PointSet.from_csv("1,2,a\n3,4,b\n" + "\n;;" * MAX_LINES)) == 2


# --- laws -------------------------------------------------------------------------------------

POSITION = r"line [0-9]+(, column [0-9]+( \(.{1,20}\))?)?"
MESSAGE = re.compile(rf"(({POSITION}|points|the table): got .*|the file is empty); expected .*")


def assert_points_or_refusal(content):
    try:
        PointSet.from_csv(content)
    except PolycoreError as error:
        message = str(error)
        assert MESSAGE.match(message)
        assert message.isprintable()
        assert len(message) <= 300


pieces = st.sampled_from(
    [
        *",;\t\n\r\"'#=.-+e x0123",
        "\r\n",
        "1,2,a\n",
        "3;4;b\n",
        "nan",
        "sep=",
        "x,y,label\n",
        "\0",
        "\ud800",
        "\ufeff",
    ]
)


@settings(max_examples=400, deadline=None)
@given(
    st.text(max_size=40)
    | st.text(st.characters(), max_size=40)
    | st.binary(max_size=60)
    | st.lists(pieces, max_size=40).map("".join)
    | st.binary(max_size=40).map(lambda some: b"\xff\xfe" + some)
)
def test_any_content_gives_points_or_a_refusal_in_one_printable_line(content):
    assert_points_or_refusal(content)


coordinates = st.floats(-1e6, 1e6)
visible = st.characters(exclude_categories=["C", "Z"], include_characters=" ")
names = (
    st.text(visible, min_size=1, max_size=40)
    .map(lambda text: unicodedata.normalize("NFC", text.strip()))
    # the composed form may be longer, and a name has at most 40 characters
    .filter(lambda name: 1 <= len(name) <= 40)
)
letters = st.text("abcdefgh", min_size=1, max_size=5)


@st.composite
def point_sets(draw, labels):
    """Draw points that are far enough apart, with names in the order in which they appear."""
    known = draw(st.lists(labels, min_size=2, max_size=5, unique=True))
    extra = draw(st.lists(st.tuples(coordinates, coordinates, st.sampled_from(known)), max_size=5))
    ends = [(-1e6, -1e6), (1e6, 1e6)] * 3
    rows = [(*end, name) for end, name in zip(ends, known, strict=False)] + extra
    return PointSet([row[:2] for row in rows], [row[2] for row in rows])


dialects = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from(",;\t"),
        "mark": st.sampled_from(".,"),
        "has_header": st.booleans(),
        "encoding": st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
        "line_end": st.sampled_from(["\n", "\r\n", "\r"]),
        "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    }
)


def written(data, dialect):
    file = io.StringIO(newline="")
    writer = csv.writer(
        file, delimiter=dialect["delimiter"], lineterminator=dialect["line_end"], quoting=dialect["quoting"]
    )
    if dialect["has_header"]:
        writer.writerow(["x", "y", "label"])
    for (x, y), label in zip(data.points.tolist(), data.labels.tolist(), strict=True):
        numbers = [repr(number).replace(".", dialect["mark"]) for number in (x, y)]
        writer.writerow([*numbers, data.names[label]])
    return file.getvalue().encode(dialect["encoding"])


@settings(max_examples=200, deadline=None)
@given(point_sets(letters), dialects)
def test_points_come_back_from_each_dialect(data, dialect):
    assert PointSet.from_csv(written(data, dialect)) == data


@settings(max_examples=200, deadline=None)
@given(point_sets(names), dialects)
def test_any_names_come_back(data, dialect):
    assume(not all("x" in name.lower() for name in data.names))  # formulas are written in one way
    assume(not all(re.search("[0-9]", name) for name in data.names))  # numbers are sorted
    assert PointSet.from_table(read_table(written(data, dialect)), XYL) == data


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 23), min_size=2, max_size=9, unique=True), dialects)
def test_whole_numbers_come_back_in_numeric_order(numbers, dialect):
    data = PointSet([(index, -index) for index in range(len(numbers))], list(map(str, numbers)))
    back = PointSet.from_csv(written(data, dialect))
    assert back.names == tuple(map(str, sorted(numbers)))
    assert [int(back.names[label]) for label in back.labels] == numbers


# --- time and memory --------------------------------------------------------------------------


def repeated(piece, size=MAX_BYTES):
    return (piece * (size // len(piece) + 1))[:size]


@pytest.mark.parametrize(
    "piece",
    [
        *(*',;\t\n\r "\0 1-a\u202e', '""', '"\n', '",', "#\n", "1,"),
        *("1,2\n", "1,2,3\n", "x,y,a\n", "1\n", "x^2,1,2\n", "1e9,", "nan;", "12,34,\n"),
        pytest.param("1," * 49 + "1\n", id="50 columns of one digit"),
        pytest.param("ab;" * 49 + "ab\n", id="50 columns of text"),
        pytest.param("1," * 4900 + "\n", id="4901 columns"),
        pytest.param("1" * 9990 + "\n", id="long lines of digits"),
        pytest.param("1" * 4900 + "x,1,2\n", id="long cells that are nearly numbers"),
        pytest.param("[x" + " " * 4900 + "y,1,2\n", id="long cells that are nearly names"),
        pytest.param("\N{SNOWMAN}," * 20 + "\n", id="wide characters"),
    ],
    ids=ascii,
)
@pytest.mark.parametrize("head", ["", "x,y,label\n1,2,3\n"], ids=["alone", "after a point"])
def test_four_megabytes_of_anything_are_read_or_refused_quickly(head, piece):
    content = (head + repeated(piece))[: MAX_BYTES // len(piece[:1].encode())]
    began = time.process_time()
    assert_points_or_refusal(content)
    assert time.process_time() - began < 2  # 0.5 s at most on an idle core


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(random.Random(1).randbytes(MAX_BYTES), id="random bytes"),
        pytest.param(b"\xff\xfe" + random.Random(1).randbytes(MAX_BYTES - 2), id="random UTF-16"),
        pytest.param(
            "".join(f"{row},{row % 5},(x-{row % 96}.123)^12*(1+1)^9*(1+1)^9\n" for row in range(20_000)),
            id="slow formulas",
        ),
        pytest.param(
            "".join(f"{row},1,x^12+{row}\n" for row in range(20_000)), id="a formula for each point"
        ),
    ],
)
def test_hostile_tables_are_refused_quickly(content):
    began = time.process_time()
    assert_points_or_refusal(content)
    assert time.process_time() - began < 2  # 0.25 s at most on an idle core


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("1,2,a\n3,4,b\n" + "\n" * (MAX_BYTES - 12), id="blank lines"),
        pytest.param(repeated("ééé;" * 49 + "é\n", MAX_BYTES // 2), id="the most cells of wide characters"),
    ],
)
def test_the_largest_files_take_little_memory(content):
    tracemalloc.start()
    assert_points_or_refusal(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 65e6


def test_the_largest_table_is_read():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(MAX_POINTS, 2))
    labels = np.arange(MAX_POINTS) % 24
    columns = MAX_CELLS // MAX_POINTS - 3
    rows = [
        f"{x!r},{y!r},{label}" + f",{label + 10}" * columns
        for (x, y), label in zip(points.tolist(), labels.tolist(), strict=True)
    ]
    content = "x,y,label" + ",n" * columns + "\n" + "\n".join(rows)
    began = time.process_time()
    data = PointSet.from_csv(content)
    assert time.process_time() - began < 2  # 0.4 s on an idle core
    assert np.array_equal(data.points, points)
    assert np.array_equal(data.labels, labels)
    assert data.names == tuple(map(str, range(24)))


# --- texts that look alike --------------------------------------------------------------------

# Unicode Standard Annex #15: "é" is one character, or an "e" and an accent; NFC is the former
COMPOSED, DECOMPOSED = "caf\u00e9", "cafe\u0301"


def test_labels_that_look_alike_are_one_class():
    content = f"x,y,label\n0,1,{COMPOSED}\n1,0,th\u00e9\n2,5,{DECOMPOSED}\n"
    points = PointSet.from_csv(content.encode())
    assert points.names == (COMPOSED, "th\u00e9")
    assert points.labels.tolist() == [0, 1, 0]


@pytest.mark.parametrize("in_file", [COMPOSED, DECOMPOSED])
@pytest.mark.parametrize("asked", [COMPOSED, DECOMPOSED])
def test_a_column_is_found_by_a_name_that_looks_like_its_own(in_file, asked):
    content = f"x,y,{in_file}\n0,1,a\n1,0,b\n"
    assert PointSet.from_csv(content, ("x", "y", asked)).names == ("a", "b")
