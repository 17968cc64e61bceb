"""Hashes of native code: blind to comments and white space, and to nothing else."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelkin.fingerprints.native_code import LEAST_BYTES, is_native, native_hash, significant

KERNEL = b"""// Copyright 2021 The Lamp Authors.
/* A tide
   over all places. */
#pragma once
#define LOOP(i, n) \\
  for (int i = blockIdx.x; i < (n); ++i)  // strided
__global__ void tide(const float *depth, float *out, int count) {
  LOOP(i, count) { out[i] = depth[i] * 0.5f; } /* done */
  printf("// %d /* no comment */ \\" \\n", count);
}
"""

# Tokens between which comments and white space may stand; strings and what looks like the start of a comment in them.
TOKENS = st.sampled_from(
    [
        b"x",
        b"+",
        b"(",
        b"}",
        b"42",
        b"1'000",
        b'"a  b"',
        b'"// no"',
        b'"/*"',
        b'"\\""',
        b"'\"'",
        b"'\\''",
        b'R"(a " // \n b)"',
        b'R"x( )" )x"',
        b'L"w"',
    ]
)
GAPS = st.sampled_from(
    [b" ", b"\n", b"\t\r\n", b" \\\n ", b"/**/", b"/* ' \" */", b"// it's\n", b"// a \\\n b\n", b"/* // */"]
)
CYTHON_TOKENS = st.sampled_from(
    [b"cdef", b"=", b"(", b"7", b'"# no"', b"'a  b'", b'"""it\'s # no\n"""', b"'''\"'''", b'"\\""', b'""']
)
CYTHON_GAPS = st.sampled_from([b" ", b"\n    ", b"# it's\n", b'# """\n', b" \\\n"])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(TOKENS, GAPS, GAPS)))
def test_comments_and_white_space_change_nothing(parts: list[tuple[bytes, bytes, bytes]]) -> None:
    one = b"".join(token + b" " + gap for token, gap, _ in parts)
    other = b"".join(token + b" " + gap for token, _, gap in parts)
    bare = b"".join(token for token, _, _ in parts)
    assert significant("a.cu", one) == significant("a.cu", other) == bare


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(CYTHON_TOKENS, CYTHON_GAPS, CYTHON_GAPS)))
def test_of_cython_neither(parts: list[tuple[bytes, bytes, bytes]]) -> None:
    one = b"".join(token + b" " + gap for token, gap, _ in parts)
    other = b"".join(token + b" " + gap for token, _, gap in parts)
    assert significant("a.pyx", one) == significant("a.pyx", other) == b"".join(token for token, _, _ in parts)


@settings(max_examples=200, deadline=None)
@given(st.lists(TOKENS, min_size=1), st.data())
def test_any_other_token_changes_the_hash(tokens: list[bytes], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(tokens) - 1))
    other = [*tokens[:place], b"another", *tokens[place + 1 :]]
    long = b" y = z;" * LEAST_BYTES
    assert native_hash("a.cpp", b" ".join(tokens) + long) != native_hash("a.cpp", b" ".join(other) + long)


def test_a_kernel_with_other_comments_is_the_same() -> None:
    other = b"\xef\xbb\xbf" + KERNEL.replace(b"2021 The Lamp Authors", b"us").replace(b"  ", b"\t").replace(
        b"\n", b"\r\n"
    )
    assert native_hash("a.cu", KERNEL) == native_hash("b/c.cuh", other) is not None


def test_other_code_and_other_strings_are_not() -> None:
    hashes = [
        native_hash("a.cu", KERNEL),
        native_hash("a.cu", KERNEL.replace(b"0.5f", b"0.25f")),
        native_hash("a.cu", KERNEL.replace(b"no comment", b"a comment")),
        native_hash("a.cu", KERNEL.replace(b"%d /*", b"%d  /*")),
        native_hash("a.cu", KERNEL.replace(b"tide", b"ebb")),
    ]
    assert len(set(hashes)) == len(hashes)


def test_what_is_almost_empty_has_no_hash() -> None:
    assert native_hash("a.h", b"// " + b"words " * 1000 + b'\n#pragma once\n#include "b.h"\n') is None
    assert native_hash("a.h", b"") is None
    assert native_hash("a.h", b"x" * (LEAST_BYTES - 1)) is None
    assert native_hash("a.h", b"x" * LEAST_BYTES) is not None


def test_digits_may_be_apart_by_a_quote() -> None:
    assert significant("a.cpp", b"int n = 1'000; // it's\nchar c = u8'a'; // it's") == b"intn=1'000;charc=u8'a';"


def test_suffixes_tell_what_is_native() -> None:
    assert all(map(is_native, ("a.cu", "A.CUH", "b/c.cpp", "d.pyx", "e.h")))
    assert not any(map(is_native, ("a.py", "b.rs", "cu", "c.cu.txt", "d.f90")))


HOSTILE = {
    "slashes": b"/" * 10_000_000,
    "nulls": bytes(2_000_000),
    "open comments": b"/*" * 1_000_000,
    "open raw strings": b'R"(' * 700_000,
    "raw strings that end otherwise": b'R"aaaaaaaaaaaaaaaa(' + b")aaaaaaaaaaaaaaa" * 100_000,
    "quotes": b'"' * 2_000_000,
    "single quotes": b"8'" * 1_000_000,
    "escapes": b'"' + b"\\x" * 1_000_000,
    "an escaped comment": b"//" + b"\\x" * 1_000_000,
    "open docstring": b'"""' + b'"a' * 1_000_000,
    "docstrings": b'"""\\' * 500_000,
    "white space": b" \\\n" * 700_000,
}


@pytest.mark.parametrize("path", ["a.cu", "a.pyx"])
def test_hostile_texts_take_linear_time(path: str) -> None:
    taken = {}
    for name, text in HOSTILE.items():
        began = time.process_time()
        significant(path, text)
        taken[name] = time.process_time() - began
    assert not {name: seconds for name, seconds in taken.items() if seconds > 8}


@pytest.mark.parametrize("path", ["a.cu", "a.pyx"])
@given(st.binary())
def test_any_bytes_give_a_part_of_them(path: str, text: bytes) -> None:
    left = significant(path, text)
    assert len(left) <= len(text)
    assert re.sub(rb"\s", b"", left) in re.sub(rb"\s", b"", left + text)
