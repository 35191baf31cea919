"""Reading CSV and JSON of any shape, as tables."""

import pytest

from app.imports.encodings import UnknownLettersError, decode
from app.imports.table_errors import InvalidTableError
from app.imports.tables import MAX_BYTES, read_table


def read(content: str | bytes, name: str = "file.csv") -> list[tuple[int, dict[str, object]]]:
    table = read_table(content.encode() if isinstance(content, str) else content, name)
    return [(row.line, dict(row.cells)) for row in table.rows]


ROWS = [(2, {"name": "Офис", "address": "Абая, 5"}), (3, {"name": "B", "address": ""})]


@pytest.mark.parametrize(
    "content",
    [
        'name,address\nОфис,"Абая, 5"\nB,\n'.encode(),
        '\ufeffname,address\r\nОфис,"Абая, 5"\r\nB,\r\n'.encode(),
        "name;address\nОфис;Абая, 5\nB;\n".encode(),
        "name\taddress\nОфис\tАбая, 5\nB\t\n".encode(),
        "name;address\nОфис;Абая, 5\nB;\n".encode("cp1251"),
        "name;address\rОфис;Абая, 5\rB;\r".encode(),
        'name;address\n"Офис";"Абая, 5"\nB;'.encode(),
        " name ;address;\nОфис;Абая, 5;\nB;;\n".encode(),
        "name|address\nОфис|Абая, 5\nB|\n".encode("utf-16"),
    ],
    ids=[
        "comma",
        "mark and Windows lines",
        "semicolon",
        "tab",
        "cp1251",
        "old Mac lines",
        "no last line end",
        "trailing",
        "bar in UTF-16",
    ],
)
def test_a_csv_of_any_usual_shape_gives_the_same_rows(content: bytes) -> None:
    assert [(line, {key: cell for key, cell in cells.items() if key}) for line, cells in read(content)] == ROWS


def test_empty_lines_are_skipped_and_lines_still_counted() -> None:
    assert [line for line, _ in read("\n\nname,address\n\nA,B\n,\n\nC,D\n")] == [5, 8]


def test_a_cell_of_two_lines_moves_the_numbers_of_those_below() -> None:
    assert read('name,address\n"two\nlines",x\nB,y\n') == [
        (2, {"name": "two\nlines", "address": "x"}),
        (4, {"name": "B", "address": "y"}),
    ]


REPORT = """Отчёт по звонкам, поступившим за август, 2026
Период:;01.08 - 31.08

Оператор;Дата;Оценка;Отзыв;Отзыв
Алия;31.08.2026;5;Спасибо, быстро, вежливо, чётко;
Борис;31.08.2026;4;;да
Итого;2;4,5

Сформировано 01.09.2026
"""


def test_titles_above_and_totals_below_are_no_rows() -> None:
    table = read_table(REPORT.encode("cp1251"), "report.csv", numbered=True)

    assert table.columns == ("Оператор", "Дата", "Оценка", "Отзыв", "Отзыв (2)")
    assert [(row.line, row.cells["Отзыв (2)"]) for row in table.rows] == [(5, ""), (6, "да")]
    assert [(note.code, *note.details.values()) for note in table.notes] == [
        ("letters_guessed", "Windows-1251"),
        ("lines_above", "1-2"),
        ("lines_below", "7, 9"),
    ]
    assert (table.encoding, table.broken) == ("cp1251", ())


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        ("Отчёт\nПериод: август\nОтдел: 1\na;b;c;d\n1;2;3;4\n1;2;3;\n1;;3;\n", ("a", "b", "c", "d")),
        ("Отчёт\nПериод: август\na;b;c;d\n1;2;3;\n", ("a", "b", "c", "d")),
        ("name\nA\nB\n", ("name",)),
        ("a;b;c\n1;;\n2;;\n3;;\n", ("a", "b", "c")),
    ],
)
def test_more_titles_than_rows_do_not_hide_the_heads(content: str, columns: tuple[str, ...]) -> None:
    assert read_table(content.encode(), "report.csv").columns == columns


def test_a_short_row_before_a_whole_one_is_a_mistake_and_no_total() -> None:
    table = read_table(b"a;b;c\n1;2;3\nTotal;6\n1;2;3\n", "file.csv")

    assert ([row.line for row in table.rows], [each.line for each in table.broken]) == ([2, 4], [3])


@pytest.mark.parametrize(
    ("rows", "broken"),
    [
        ("1;2;3\nTotal;6\n4;5;6;7\n7;8;9;1\n", [3, 4, 5]),
        ("1;2;3\nTotal;6\n\nmade today\n4;5\n", [3, 5, 6]),
        ("1;2;3\nAverage;01.08.2026\n", [3]),
        ("1;2;3\n5 - average;4\n", [3]),
        ("1;2;3\nTotal;6\nAverage;2\nmade today\n", []),
    ],
)
def test_ragged_rows_below_a_total_are_mistakes(rows: str, broken: list[int]) -> None:
    assert [each.line for each in read_table(f"a;b;c\n{rows}".encode(), "file.csv").broken] == broken


def test_a_line_for_spreadsheets_says_the_separator() -> None:
    assert read("sep=|\na|b,c\n1|2\n") == [(3, {"a": "1", "b,c": "2"})]


TEXTS = {
    "ru": "Дата;Оценка;Комментарий\n01.08.2026;5;Всё хорошо, спасибо\n",
    "capitals": "ДАТА;ОЦЕНКА;КОММЕНТАРИЙ\n01.08.2026;5;ПЛОХО\n",
    "short": "rating,text\n5,да\n",
    "uk": "дата;оцінка;відгук\n01.08.2026;5;Дуже добре, їхав і їсти хотів. Є ґанок\n",
    "kk": "күні;баға;пікір\n01.08.2026;5;Өте жақсы қызмет көрсетті, ұзақ күткен жоқпын\n",
    "latin": "date;score;comment\n2026-08-01;5;Café très bien, naïve “quote”\n",
}


@pytest.mark.parametrize(
    ("encoding", "texts"),
    [
        ("cp1251", "ru capitals short uk"),
        ("koi8-r", "ru capitals short"),
        ("koi8-u", "uk"),
        ("kz1048", "kk"),
        ("cp866", "ru capitals short"),
        ("iso8859-5", "ru capitals"),
        ("mac-cyrillic", "ru uk"),
        ("cp1252", "latin"),
        ("utf-8-sig", "ru kk latin"),
        ("utf-16-le", "ru kk"),
        ("utf-16-be", "ru uk"),
    ],
)
def test_the_letters_are_found_by_the_words(encoding: str, texts: str) -> None:
    for name in texts.split():
        content = TEXTS[name].encode(encoding, "ignore")
        assert decode(content).text == content.decode(encoding), name


def test_a_lone_sign_makes_no_alphabet() -> None:
    for content, encoding, text in [
        (b"Good service \x96 thanks", "cp1251", "Good service – thanks"),
        (b"09:00 \x96 18:00;Mon\xa0\x96 Fri", "cp1251", "09:00 – 18:00;Mon\xa0– Fri"),
        (b"1\xa0200", "cp1251", "1\xa0200"),
        (b"sum;\xa0\xa0", "cp1251", "sum;\xa0\xa0"),
        (b"Office \xb95", "cp1251", "Office №5"),
        (b"R&D \x95 Office", "cp1251", "R&D • Office"),
        (b"\xa92026", "cp1251", "©2026"),
        (b"20\xb0C", "cp1251", "20°C"),
        (b"\xa35;30 m\xb2", "cp1252", "£5;30 m²"),
        (b"\x80 5", "cp1252", "€ 5"),
        (b"5\xbd", "cp1252", "5½"),
        (b"house;5\xc0", "cp1251", "house;5А"),
    ]:
        decoded = decode(content)
        assert (decoded.encoding, decoded.text) == (encoding, text)


def test_short_names_are_read_in_the_letters_of_their_country() -> None:
    for text, encoding in [
        ("code;name\n1;ТОО ЭХО", "cp1251"),
        ("5;да", "cp1251"),
        ("5;да", "koi8-r"),
        ("МТС;пгт Ахты;5 шт", "cp1251"),
        ("Айгүл", "kz1048"),
        ("Өте жаман", "kz1048"),
        ("алған", "kz1048"),
        ("Київ;життєвий;ґанок", "cp1251"),
        ("однією", "cp1251"),
        ("¿qué?;¡Él, señor!", "cp1252"),
        ("Größe;créée à Nîmes", "cp1252"),
    ]:
        decoded = decode(text.encode(encoding))
        assert (decoded.text, decoded.encoding) == (text, encoding)


def test_a_long_row_of_letters_is_read_once() -> None:
    start = b"a" * 250_000
    assert decode(start + b" \x96\n").text == start.decode() + " –\n"
    assert decode(start * 40 + b"\n" + "Алматы".encode("cp1251")).encoding == "cp1251"


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n" + bytes(range(128, 256)), "Отлично".encode()[:-1], b"a\x98\xff"]
)
def test_what_is_no_text_is_taken_for_none(content: bytes) -> None:
    with pytest.raises(UnknownLettersError):
        decode(content)


def test_formulas_and_quotes_are_just_text() -> None:
    assert read('name,address\n=1+1,"корпус ""Б"""\n@x,-5\n')[0][1] == {"name": "=1+1", "address": 'корпус "Б"'}


def test_a_row_of_another_length_is_told_by_its_line() -> None:
    table = read_table(b"name,address\nA,B\nC\nD,E,F\nG,H,\n", "file.csv")

    assert [row.line for row in table.rows] == [2, 5]
    assert [(remark.line, remark.text[:30]) for remark in table.broken] == [
        (3, "1 cells where the header has 2"),
        (4, "3 cells where the header has 2"),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "file.csv: the file is empty"),
        (b" \n\n", "file.csv: the file is empty"),
        (b"\xef\xbb\xbf", "file.csv: the file is empty"),
        (b"name,address\n", "no row below the header"),
        (b"name,address\n\n,\n", "no row below the header"),
        (b"name,name\nA,B\n", "file.csv:1: the header has 'name' twice"),
        (b"name\nA\nB\x00\n", "file.csv:3: a NUL byte"),
        (b"name\nA\x98\xff\n", "file.csv:2: it has words in none of these letters: UTF-8, Windows-1251"),
        (b"PK\x03\x04rest of a workbook", "a workbook that is cut off"),
        (b"\xd0\xcf\x11\xe0the old kind", "save it as .xlsx"),
        (b'name,address\nA,B\n"C,D\n', "file.csv:3: unexpected end of data"),
        (b'name,address\n"A" x,B\n', "file.csv:2:"),
        (b"name\n" + b"x" * 200_000 + b"\n", "file.csv:2: field larger than field limit"),
        (b"x" * (MAX_BYTES + 1), "larger than 20 MB"),
        (b"x" * 200_000, "file.csv:1: field larger than field limit"),
    ],
)
def test_an_unreadable_file_says_why_and_where(content: bytes, said: str) -> None:
    with pytest.raises(InvalidTableError) as caught:
        read_table(content, "file.csv")

    assert said in caught.value.message


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('[{"name": "A"},\n {"name": "B",\n  "n": 1},\n\n {"name": "C"}]',
         [(1, {"name": "A"}), (2, {"name": "B", "n": 1}), (5, {"name": "C"})]),
        ('\ufeff{\n "total": 2, "tags": ["x"], "none": [],\n "offices":\n [\n  {"name": "A"}],\n "at": {"x": [1]}\n}\n',
         [(5, {"name": "A"})]),
        ('[{"hours": [{"days": "пн", "hours": null}], "name": "A]}"}]',
         [(1, {"hours": [{"days": "пн", "hours": None}], "name": "A]}"})]),
    ],
)  # fmt: skip
def test_json_objects_come_with_the_line_on_which_they_begin(
    text: str, rows: list[tuple[int, dict[str, object]]]
) -> None:
    assert read(text, "file.json") == rows


def test_letters_written_as_escapes_are_read_in_halves_and_whole() -> None:
    assert read(r'[{"name": "\u041e\ud83d\ude00", "x": "\\u0000"}]', "f.json") == [(1, {"name": "О😀", "x": r"\u0000"})]


def test_a_header_of_more_columns_than_any_table_has_is_refused_at_once() -> None:
    with pytest.raises(InvalidTableError, match="1000000 columns are too many"):
        read_table(b",".join([b"x"] * 1_000_000) + b"\n1\n", "file.csv")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "the list is empty"),
        ("{}", "exactly one list"),
        ('{"a": [{"x": 1}], "b": [{"x": 1}]}', "these lists do: a, b"),
        ('{"a": 1}', "none does"),
        ('[{"name": "A"},\n 5]', "file.json:2: an object in {} is expected"),
        ('[{"name": "A"},\n{"name": }]', "file.json:2: this is not JSON"),
        ('[{"name": "A"},\n]', "file.json:2: this is not JSON"),
        ('[{"name": "A"}\n{"name": "B"}]', "file.json:2: this is not JSON"),
        ('[{"name": "A"}] x', "something follows"),
        ('[{"name": "A"}', "] is expected"),
        ('{"a": [{"name": "A"}]', "} is expected"),
        ('[\n{"name": "A", "name": "B"}]', "file.json:2: 'name' stands twice"),
        ('[{"latitude": NaN}]', "NaN is not a number"),
        ('[{"n": ' + "9" * 5000 + "}]", "file.json:1:"),
        ('[{"a": ' + "[" * 100_000 + "]}]", "nested too deeply"),
        ('[{"name": "A"},\n{"name": "\\ud800"}]', "file.json:2: NUL, or half of a letter"),
        (r'[{"name\u0000": "A"}]', "file.json:1: NUL, or half of a letter"),
        (r'[{"name": "A", "x": {"y": ["\uDFFF"]}}]', "file.json:1: NUL, or half of a letter"),
        ("[{" + ",".join(f'"c{number}": 1' for number in range(501)) + "}]", "501 columns are too many"),
        ("[{" + ",".join(f'"c{number}": 1' for number in [*range(200_000), 199_999]) + "}]", "'c199999' stands twice"),
    ],
)
def test_unreadable_json_says_why_and_where(text: str, said: str) -> None:
    with pytest.raises(InvalidTableError) as caught:
        read_table(text.encode(), "file.json")

    assert said in caught.value.message
