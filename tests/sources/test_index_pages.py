"""A hostile page of an index: it is files or one clear line, in bounded time, whatever stands in it."""

from __future__ import annotations

import gzip
import io
import json
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelkin.errors import SourceError
from modelkin.sources import download, index

from ..support.error_lines import one_line
from ..support.processor_time import grows_in_proportion, processor_seconds

WHEEL = "pkg-1.0-py3-none-any.whl"
GOOD = {"filename": WHEEL, "url": WHEEL, "hashes": {"sha256": "a" * 64}}
JSON_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.fixture(autouse=True)
def _closed_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELKIN_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "*")


def listed(page: bytes, monkeypatch: pytest.MonkeyPatch) -> dict[str, index.ReleaseFile]:
    """What `release_files` makes of the page."""
    monkeypatch.setenv("PIP_INDEX_URL", "http://index.example/simple")
    monkeypatch.setattr(index, "fetch_text", lambda _url, _accept: page)
    return index.release_files("pkg")


def outcome(page: bytes, monkeypatch: pytest.MonkeyPatch) -> dict[str, index.ReleaseFile] | str:
    """The same, or the one line that it is refused with."""
    try:
        return listed(page, monkeypatch)
    except SourceError as error:
        message = str(error)
    assert message.isprintable()
    return message


def page(**fields: object) -> bytes:
    return json.dumps({"files": [GOOD | {key.replace("_", "-"): value for key, value in fields.items()}]}).encode()


ODD: list[Any] = [
    1e999, -1e999, float("nan"), -1, -(10**30), 10**30, 1.5, True, False, None, "", "12", "2024-01-01", [], [1], ["x"],
    {}, {"a": [{}]}, [[[[[]]]]], "\x1b[31m\n", "\ud800", "x" * 10_000, "2024-13-45T00:00:00Z", "٢٠٢٤-01-01", 0, 0.0,
]  # fmt: skip


def test_what_a_file_may_say_counts_as_unknown_when_it_is_of_another_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    fields = ("size", "upload_time", "yanked", "requires_python", "core_metadata", "provenance")
    for field, value in product(fields, ODD):
        found = outcome(page(**{field: value}), monkeypatch)
        if isinstance(found, str):  # NaN and lone surrogates are no JSON
            continue
        (file,) = found.values()
        assert file.filename == WHEEL
        assert type(file.size) is int
        assert file.size >= 0
        assert file.uploaded in ("", "2024-01-01")
        assert file.yanked.isprintable()


def test_what_a_file_must_say_is_refused_or_left_out_when_it_is_of_another_kind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for field, value in product(("filename", "url", "hashes"), ODD):
        found = outcome(page(**{field: value}), monkeypatch)
        assert field == "url" or not found or "does not answer as a package index" in found


NO_PAGES = [
    b'{"files": [{"filename": "pkg-1.0.tar.gz", "filename": 3, "url": "x", "hashes": {}}]}',
    b'{"files": 1e999}',
    b'{"files": null}',
    b'{"files": {}}',
    b"null",
    b"NaN",
    b'{"files": [' + b"[" * 100_000,
    b'{"files": [], "x": ' + b'{"a":' * 100_000,
    b'{"files": [{"size": ' + b"9" * 10_000 + b"}]}",
    b'{"files": [{"filename": "\xff\xfe"}]}',
    b"\xff\xfe" + '{"files": []}'.encode("utf-16-le"),
    gzip.compress(b'{"files": []}'),
    b"\0" * 100,
    b"",
]


def test_a_reply_that_is_no_page_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with processor_seconds(4):
        for raw in NO_PAGES:
            one_line(partial(listed, raw, monkeypatch), "does not answer as a package index")


def test_a_byte_order_mark_and_doubled_keys_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert listed(b"\xef\xbb\xbf" + page(), monkeypatch)
    raw = page().replace(b'"url"', b'"size": 1, "size": 7, "url"')
    assert listed(raw, monkeypatch)["1.0"].size == 7
    assert listed(page(size=10**9).replace(b"1000000000", b"9" * 5000), monkeypatch)["1.0"].size == 0


def test_names_and_addresses_of_any_characters_do_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    for url in ("http://[", "http://[::1/x", "http://a:b/c", "//[x]", "\x1b[2J", "http://\u2100/", "x" * 10_000, "é"):
        for file in listed(page(url=url), monkeypatch).values():
            with pytest.raises(SourceError) as raised:
                download.download(file.url, io.BytesIO(), "a" * 64, asked_by="http://127.0.0.1:1/")
            assert str(raised.value).isprintable()
    assert listed(page(filename="pkg-1.0\x1b[31m-py3-none-any.whl"), monkeypatch) == {}
    assert listed(page(filename="pkg-" + "1." * 200_000 + "0-py3-none-any.whl"), monkeypatch) == {}


def test_a_wheels_tags_do_not_multiply(monkeypatch: pytest.MonkeyPatch) -> None:
    tags = ".".join("a" * 25)
    files = [GOOD | {"filename": f"pkg-1.{number}-{tags}-{tags}-{tags}.whl"} for number in range(300)]
    with processor_seconds(2):
        assert listed(json.dumps({"files": files}).encode(), monkeypatch) == {}


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(ODD),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = ["filename", "url", "hashes", "size", "upload-time", "yanked"]
ITEMS = st.dictionaries(st.sampled_from(FIELDS), ANY_JSON, max_size=2).map(lambda odd: GOOD | odd)
# Files that are taken, of one release, so that what they say is compared.
TAKEN = st.dictionaries(st.sampled_from(FIELDS[3:]), st.sampled_from(ODD), max_size=2).map(lambda odd: GOOD | odd)
FILES = st.lists(TAKEN, min_size=2, max_size=4) | st.lists(ITEMS, max_size=3)
HTML_PARTS = [
    "<a ", "href=", "'", '"', ">", "</a>", "<!--", "-->", "#sha256=" + "a" * 64, WHEEL, " ", "data-yanked", "&#x0;",
    "http://[", "data-upload-time=", "<script>", "</script>", "\0", "é", "=", "/", "&amp", "<",
]  # fmt: skip
HTML = st.lists(st.sampled_from(HTML_PARTS), max_size=40).map(lambda parts: "<html>" + "".join(parts))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.one_of(FILES.map(lambda files: {"files": files}), ANY_JSON, HTML, st.binary()))
def test_any_reply_is_files_or_one_line(raw: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    body = (
        raw if isinstance(raw, bytes) else (raw if isinstance(raw, str) else json.dumps(raw)).encode("utf-8", "replace")
    )
    found = outcome(body, monkeypatch)
    if isinstance(found, dict):
        for version, file in found.items():
            assert version == file.version
            assert index._SAFE_NAME.fullmatch(file.filename)
            assert type(file.size) is int
            assert file.size >= 0


HTML_TRAPS = [
    "<a href='", '<a href="', "<a ", "<a href=x ", "<a =", "<", "</", "<!--", "<!-->", "<!", "<?", "<a x=' y=\" ",
    "<a'\"", "<script>", "<title>", "<a  \n x   ", "&#9", "&a", "<a b='>' ", "<a href='x'>", "<a/////",
    "'", "<![CDATA[",
]  # fmt: skip


@pytest.mark.parametrize("trap", HTML_TRAPS)
def test_a_page_of_html_is_read_in_time_linear_in_its_length(trap: str) -> None:
    grows_in_proportion(lambda count: index.parse_page(b"<html>" + trap.encode() * count), 20_000)


def test_a_page_of_too_many_files_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "MAX_FILES", 3)
    for raw in (json.dumps({"files": [GOOD] * 4}).encode(), b"<a href='x.whl'>" * 4):
        one_line(partial(listed, raw, monkeypatch), "does not answer as a package index")


def test_what_looks_like_a_link_in_a_comment_or_another_tag_is_none() -> None:
    html = f"""<!-- <a href="no"> --><p title="<a href='no'>"><script>"<a href=no>"</script><A x HREF =
        '{WHEEL}?a=1&amp;b' data-yanked=''>x</A><a href={WHEEL}><a href><a name=x><!--><a href=two.whl>"""
    found = index.parse_page(html.encode())
    assert [(file.filename, file.url) for file in found] == [
        (WHEEL, f"{WHEEL}?a=1&b"),
        (WHEEL, WHEEL),
        ("two.whl", "two.whl"),
    ]
    assert [file.yanked for file in found] == ["no reason given", "", ""]
