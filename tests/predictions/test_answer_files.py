"""Answers as JSON lines and CSV: what is the same answer, and one line for each thing that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelkin.errors import SourceError
from modelkin.predictions import answer_files
from modelkin.predictions.answer_files import Fields, read_answers

FIELDS = Fields()


def read(folder: Path, text: str | bytes, name: str = "a.jsonl", fields: Fields = FIELDS) -> dict[str, str]:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_answers(str(path), fields)


def test_json_lines_and_csv_say_the_same(tmp_path: Path) -> None:
    expected = {"1": "Paris, France", "2": "4", "3": ""}
    lines = '{"id": 1, "answer": " Paris, France", "score": [1]}\n\n{"id": "2", "answer": 4.0}\r\n'
    lines += '{"id": "3", "answer": null}'
    table = 'model,id,answer\nx,1,"Paris, France"\n\nx,2, 4\nx,3,\n'
    assert read(tmp_path, lines) == expected
    assert read(tmp_path, b"\xef\xbb\xbf" + table.encode(), "a.csv") == expected
    assert read(tmp_path, "id\tanswer\n1\tParis, France\n2\t4\n3\t\n", "a.TSV") == expected


def test_fields_go_by_other_names(tmp_path: Path) -> None:
    fields = Fields("question", "choice")
    assert read(tmp_path, '{"question": "q", "choice": true}', fields=fields) == {"q": "true"}


def test_a_long_answer_is_known_by_its_hash(tmp_path: Path) -> None:
    found = read(tmp_path, f'{{"id": 1, "answer": "{"x" * 5_000}"}}\n{{"id": 2, "answer": "{"x" * 4_999}y"}}')
    assert {len(answer) for answer in found.values()} == {64}
    assert found["1"] != found["2"]


WRONG = {
    "": ": no answer is in it",
    "[1]": ": a JSON array; write one JSON object a line",
    '{"id": 1, "answer": 2}\n{"id": 1': ", line 2: not valid JSON",
    '{"id": 1, "answer": 2}\n3': ", line 2: not a JSON object",
    '{"id": 1, "answer": 2}\n\n{"id": 1, "answer": 2}': ", line 3: the id 1 stands twice",
    '{"id": 1}': ", line 1: no field `answer`; name it by --answer-field",
    '{"id": null, "answer": 2}': ", line 1: `id` is empty",
    '{"id": 1, "answer": ["a"]}': ", line 1: `answer` is a list; give one text or number",
    '{"id": 1, "id": 2, "answer": 3}': ', line 1: not valid JSON: the key "id" stands twice',
    '{"id": 1, "answer": ' + "[" * 500 + "]" * 500 + "}": ", line 1: not valid JSON: nested too deeply",
    "id,reply\n1,2": ", line 1: no field `answer` in the heading; name it by --answer-field",
    "id,answer,answer\n1,2,3": ", line 1: more than one field `answer` in the heading",
    "id,answer\n1,2\n3": ", line 3: 1 fields, where the heading has 2",
    'id,answer\n1,"2\n': ", line 2: not CSV",
    "id,answer\n": ": no answer is in it",
    b"id,answer\n1,\xff": ", line 2: not UTF-8",
}


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_what_is_wrong_is_one_line_with_its_place(text: str | bytes, tmp_path: Path) -> None:
    with pytest.raises(SourceError) as raised:
        read(tmp_path, text)
    told = str(raised.value)
    assert told.startswith(f"{tmp_path / 'a.jsonl'}{WRONG[text]}"), told
    assert "\n" not in told


def test_files_are_bounded_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_files, "MOST_QUESTIONS", 2)
    with pytest.raises(SourceError, match="line 4: more than 2 questions"):
        read(tmp_path, "id,answer\n1,a\n2,b\n3,c\n")
    monkeypatch.setattr(answer_files, "MOST_BYTES", 10)
    with pytest.raises(SourceError, match=r"more than \d+ MB; give ids and answers alone"):
        read(tmp_path, "id,answer\n1,a\n")
    for path, reason in ((tmp_path, "Is a directory"), (tmp_path / "gone", "No such file"), ("\0", "null")):
        with pytest.raises(SourceError, match=f"cannot be read: .*{reason}.*; name a file of answers"):
            read_answers(str(path), FIELDS)
