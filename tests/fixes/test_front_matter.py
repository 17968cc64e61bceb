"""Keys are put into the front matter of a card, and every other byte stays."""

from __future__ import annotations

import codecs
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelkin.fixes.front_matter import values_of, with_values
from modelkin.fixes.model import UnwritableError
from modelkin.support.lazy import lazy_pattern

WANTED = {
    "license": ("other",),
    "license_name": ("harbour-1.0",),
    "license_link": ("https://example.org/harbour?of=1#2",),
    "base_model": ("lumenlabs/lamp-7b", "lumenlabs/wick-7b"),
    "base_model_relation": ("merge",),
}
ADDED = """\
license: other
license_name: harbour-1.0
license_link: "https://example.org/harbour?of=1#2"
base_model:
- lumenlabs/lamp-7b
- lumenlabs/wick-7b
base_model_relation: merge
"""


def refusal(card: str | bytes, wanted: Mapping[str, tuple[str, ...]] = WANTED) -> str:
    stored = card.encode() if isinstance(card, str) else card
    with pytest.raises(UnwritableError) as raised:
        with_values(stored, wanted)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_a_name_that_is_not_utf_8_is_not_written() -> None:
    assert "not UTF-8" in refusal("---\nlicense: other\n---\n", {"license_link": ("LICENSE\udcff",)})


def test_a_card_without_front_matter_gets_one_on_top() -> None:
    for ending in ("\n", "\r\n"):
        card = f"# Harbour{ending}{ending}Text without an end".encode()
        block = f"---\n{ADDED}---\n\n".replace("\n", ending).encode()
        assert with_values(card, WANTED) == block + card
        assert with_values(codecs.BOM_UTF8 + card, WANTED) == codecs.BOM_UTF8 + block + card
    assert with_values(b"", {"license": ("mit",)}) == b"---\nlicense: mit\n---\n"


# A card, what is put in, and the card as it is to be.
CASES: dict[str, tuple[str, dict[str, tuple[str, ...]], str]] = {
    "below what it goes with": (
        "---\nlicense: other # ours\ntags: [a, b]\n---\nText\n",
        {"license_name": ("x-1",), "base_model": ("a/b",)},
        "---\nlicense: other # ours\nlicense_name: x-1\nbase_model: a/b\ntags: [a, b]\n---\nText\n",
    ),
    "as the last, below a comment": (
        "---\n# all\ntags:\n  - a\n# last\n\n---\n",
        {"base_model": ("a/b", "a/c")},
        "---\n# all\ntags:\n  - a\n# last\n\nbase_model:\n  - a/b\n  - a/c\n---\n",
    ),
    "below a list and a text of several lines": (
        "---\nbase_model:\n- a/b\n\n- a/c #\nlicense: |\n  mit\n\n---\n",
        {"base_model_relation": ("merge",), "license_name": ("n",)},
        '---\nbase_model:\n- a/b\n\n- a/c #\nbase_model_relation: merge\nlicense: |\n  mit\n\nlicense_name: "n"\n---\n',
    ),
    "in place of nothing": (
        "---\nlicense:\nbase_model: [] # none\nlicense_name: ~\n---\n",
        {"license": ("other",), "license_name": ("x-1",), "base_model": ("a/b",)},
        "---\nlicense: other\nbase_model: a/b # none\nlicense_name: x-1\n---\n",
    ),
    "in place of another value": (
        "---\n'license' : \"mit\"   # why\r\n---\n",
        {"license": ("llama3.1",)},
        "---\n'license' : llama3.1   # why\r\n---\n",
    ),
    "in a block without keys, as templates have it": (
        "---\n# see the specification\n{}\n---\n\n# Harbour\n",
        {"license": ("mit",)},
        "---\n# see the specification\nlicense: mit\n---\n\n# Harbour\n",
    ),
    "in an empty block": ("---\n---\nText", {"license": ("mit",)}, "---\nlicense: mit\n---\nText"),
    "with blank lines above, and keys that stand in": (
        "\n\n---\n  language: en\n  tags: [x]\n---\nText",
        {"license": ("mit",)},
        "\n\n---\n  language: en\n  license: mit\n  tags: [x]\n---\nText",
    ),
    "where the text goes on with a rule": (
        "---\nlicense: mit\n---\nText\n\n---\n\nbase_model: none\n---\n",
        {"base_model": ("a/b",)},
        "---\nlicense: mit\nbase_model: a/b\n---\nText\n\n---\n\nbase_model: none\n---\n",
    ),
    "quoted where a reader may take it for no text": (
        "---\nlicense: mit\n---\n",
        {"license_name": ("no",), "license_link": ("a b: c #d",), "base_model": ("1.0",)},
        '---\nlicense: mit\nlicense_name: "no"\nlicense_link: "a b: c #d"\nbase_model: "1.0"\n---\n',
    ),
}


def test_keys_are_put_where_they_belong() -> None:
    failures = [
        (name, with_values(card.encode(), wanted).decode())
        for name, (card, wanted, expected) in CASES.items()
        if with_values(card.encode(), wanted) != expected.encode()
    ]
    assert not failures


def test_what_is_there_already_is_told() -> None:
    card = b"---\nlicense: no\nbase_model: [a/b, 'c/d']\ntags:\n- {a: b}\ndatasets:\n---\n"
    assert values_of(card) == {
        "license": ("no",),
        "base_model": ("a/b", "c/d"),
        "tags": None,
        "datasets": (),
    }
    assert values_of(b"# No front matter\n") is None


REFUSED: dict[str, tuple[str | bytes, str]] = {
    "a lone opening": ("---\nlicense: mit\n\n# Harbour\n", "is not read by the Hub"),
    "an end that the Hub does not take": ("---\nlicense: mit\n...\n# Harbour\n", "is not read by the Hub"),
    "two ends": ("---\nlicense: mit\n...\nx: y\n---\n", "ends in two ways"),
    "blanks before the opening": ("  ---\nlicense: mit\n---\n", "has blanks before `---`"),
    "line endings of old": ("---\rlicense: mit\r---\r", "is not read by the Hub"),
    "no mapping": ("---\n- a\n- b\n---\n", "line 2: not a mapping"),
    "a mapping in braces": ("---\n{license: mit}\n---\n", "line 2: a mapping in braces"),
    "a key twice": ("---\ntags: a\n\ntags: b\n---\n", "line 4: key 'tags' for the second time"),
    "an anchor": ("---\ntags: &a b\nname: *a\n---\n", "line 2: an anchor or alias"),
    "a tag": ("---\ntags: !!python/object/apply:os.system [id]\n---\n", "line 2: a tag"),
    "no YAML": ("---\ntags: [a\n---\n", "not valid YAML"),
    "deep nesting": (f"---\ntags: {'[' * 500}{']' * 500}\n---\n", "nested more than"),
    "a text in another encoding": ("---\nlicense: mit\n---\nCaf\xe9".encode("latin-1"), "not UTF-8 (byte 25)"),
    "UTF-16": ("---\nlicense: mit\n---\n".encode("utf-16"), "not UTF-8 (byte 1)"),
    "a huge block": (f"---\ntags: {'a' * 600_000}\n---\n", "over the limit of 512 KB"),
    "a huge card": ("# x\n" + "a" * 3_000_000, "over the limit of 2 MB"),
    "control characters": ("---\ntags: \x00\n---\n", "a character that YAML does not allow"),
}


def test_what_can_be_read_in_two_ways_is_refused_in_one_line() -> None:
    failures = [(name, refusal(card)) for name, (card, said) in REFUSED.items() if said not in refusal(card)]
    assert not failures


def test_a_value_of_several_lines_is_not_replaced() -> None:
    for value in ("\n- mit\n- apache-2.0", " >\n  mit", " 'mit\n  or so'", "\n  name: mit"):
        assert "has a value of several lines" in refusal(f"---\nlicense:{value}\n---\n", {"license": ("x",)})


KEYS = st.sampled_from(["language", "tags", "license", "base_model", "model-index", "thumbnail", "x y"])
SCALARS = st.sampled_from(
    [
        "en",
        "'it''s'",
        '"a: b # c"',
        "no",
        "1.10",
        "",
        "~",
        "[a, b]",
        "{a: b}",
        "|\n  x\n\n   y\n",
        ">-\n  folded\n  text",
    ]
)
LISTS = st.lists(st.sampled_from(["a", "b # c", "'d'", "- e"]), min_size=1, max_size=3).map(
    lambda each: "\n" + "\n".join(f"- {item}" for item in each)
)
COMMENTS = st.sampled_from(["", "\n", "# note\n", "   # in\n\n"])


@st.composite
def cards(draw: st.DrawFn) -> bytes:
    names = draw(st.lists(KEYS, max_size=5, unique=True))
    lines = [f"{draw(COMMENTS)}{name}: {draw(st.one_of(SCALARS, LISTS))}\n" for name in names]
    body = draw(st.text(st.characters(codec="utf-8"), max_size=60))
    text = f"---\n{''.join(lines)}{draw(COMMENTS)}---{draw(st.sampled_from(['', ' ']))}\n{body}"
    text = text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))
    return draw(st.sampled_from([b"", codecs.BOM_UTF8])) + text.encode()


LINE = lazy_pattern(rb"[^\n]*\n|[^\n]+\Z")


@given(cards(), st.sets(st.sampled_from(sorted(WANTED))))
def test_of_any_card_every_line_stays_and_only_what_is_wanted_comes_in(card: bytes, chosen: set[str]) -> None:
    try:
        present = values_of(card) or {}
        wanted = {key: WANTED[key] for key in WANTED if key in chosen and key not in present}
        after = with_values(card, wanted)
    except UnwritableError:
        return
    assert values_of(after) == {**present, **wanted}
    lines, extra = list(LINE.findall(card)), []
    for line in LINE.findall(after):
        if lines and line == lines[0]:
            lines.pop(0)
        else:
            extra.append(line.strip().removeprefix(codecs.BOM_UTF8))
    assert not lines
    assert len(extra) == sum(1 + len(texts) * (len(texts) > 1) for texts in wanted.values())
    assert with_values(after, wanted) == after
