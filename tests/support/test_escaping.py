"""Scanned text cannot steer a terminal."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from modelkin.support.escaping import encodable, escape, inert


def test_characters_without_a_glyph_are_written_out() -> None:
    for text, shown in (
        ("plain/path.py", "plain/path.py"),
        ("modèle/模型.py", "modèle/模型.py"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("two\nlines\r", "two\\nlines\\r"),
        ("a\x9bb\x7f", "a\\x9bb\\x7f"),
        ("\u202egnp.py", "\\u202egnp.py"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("line\u2028separator", "line\\u2028separator"),
        ("not\udcffutf8", "not\\udcffutf8"),
        ("tag\U000e0041", "tag\\U000e0041"),
    ):
        assert escape(text) == shown, text


@given(st.text())
def test_nothing_escaped_controls_a_terminal_or_fails_to_encode(text: str) -> None:
    shown = escape(text)
    assert not {unicodedata.category(character) for character in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    shown.encode("utf-8")


@given(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"])))
def test_visible_text_is_left_alone(text: str) -> None:
    assert escape(text) == text


@given(st.text(st.characters(exclude_categories=[])))
def test_any_text_becomes_encodable(text: str) -> None:
    assert encodable(text).encode("utf-8").decode("utf-8") == encodable(text)


def test_no_line_is_a_command_to_a_ci_service() -> None:
    for line, shown in (
        ("::error::forged", "\\x3a:error::forged"),
        ("a\n \t::stop-commands::x\nb", "a\n \t\\x3a:stop-commands::x\nb"),
        ("models/##[add-mask]a.py", "models/#\\x23[add-mask]a.py"),
        ("##vso[task.setvariable variable=a]b", "#\\x23vso[task.setvariable variable=a]b"),
        ("a::b, ## c, [##]", "a::b, ## c, [##]"),
    ):
        assert inert(line) == shown, line
