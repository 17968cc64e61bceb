"""A report's JSON is the standard library's, though it is not put together by it."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from modelkin.reports.json import indented

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=4), VALUES, max_size=4))
def test_what_is_indented_is_as_the_standard_library_has_it(data: dict[str, object]) -> None:
    assert indented(data) == json.dumps(data, indent=2)
