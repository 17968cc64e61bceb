"""Headers and indexes that lie, overlap, nest, repeat or never end: one clear line each, and no byte over the bound."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Callable

import pytest

from modelkin.models.layout_facts import MOST_HEADER_BYTES
from modelkin.models.tensors import read_layouts

from ..support.weights import (
    CountedFile,
    entries_of,
    framed,
    gguf,
    header_of,
    index_of,
    listed,
    safetensors,
    said,
    text,
)

GOOD = {"a.weight": ("F32", (2, 3)), "b.weight": ("BF16", (4,))}
LENGTH = 2 * 3 * 4 + 4 * 2
HEADER = header_of(GOOD)


def changed(**changes: object) -> bytes:
    """A file in which the first tensor says something else."""
    header = json.loads(json.dumps(HEADER))
    header["a.weight"].update(changes)
    return framed(header, LENGTH)


def of_text(header: str, length: int = LENGTH) -> bytes:
    return framed(header.encode("utf-8", "surrogatepass"), length)


TENSOR = '{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}'
SAFETENSORS = {
    "empty": (b"", "too short for a safetensors file"),
    "seven bytes": (b"1234567", "too short for a safetensors file"),
    "a length of 2^64": (b"\xff" * 8 + b"{}", "declares 18,446,744,073,709,551,615 bytes"),
    "a header longer than the file": (struct.pack("<Q", 500) + b"{}", "declares 500 bytes, and the file has 10"),
    "a header over the limit": (struct.pack("<Q", 26 * 1024**2), "over the limit"),
    "no header": (struct.pack("<Q", 0) + b"abc", "does not begin with a brace"),
    "spaces first": (of_text(' {"a":1}'), "does not begin with a brace"),
    "a list": (framed(b"[1]", 0), "does not begin with a brace"),
    "broken JSON": (of_text('{"a": '), "is not valid JSON"),
    "something behind the JSON": (of_text('{"a":' + TENSOR + "}}"), "is not valid JSON: Extra data"),
    "not UTF-8": (framed(b'{"\xff":1}', 0), "is not UTF-8"),
    "no tensor": (framed({}, 0), "names no tensor"),
    "metadata alone": (framed({"__metadata__": {}}, 0), "names no tensor"),
    "metadata of numbers": (
        framed({"__metadata__": {"a": 1}, **HEADER}, LENGTH),
        "__metadata__ is not an object of strings",
    ),
    "metadata that is a list": (
        framed({"__metadata__": [], **HEADER}, LENGTH),
        "__metadata__ is not an object of strings",
    ),
    "a key twice": (of_text('{"a":' + TENSOR + ',"a":' + TENSOR + "}"), 'the key "a" stands twice'),
    "a dtype twice": (of_text('{"a":{"dtype":"F32","dtype":"F16"}}'), 'the key "dtype" stands twice'),
    "a tensor that is a number": (framed({"a": 5}, 0), 'tensor "a" is not an object'),
    "an unknown type": (changed(dtype="F33"), 'the unknown type "F33"'),
    "a type that is a list": (changed(dtype=["F32"]), "the unknown type a list"),
    "no type": (framed({"a": {"shape": [], "data_offsets": [0, 4]}}, 4), "the unknown type None"),
    "a shape that is text": (changed(shape="23"), "a shape that is no list"),
    "a negative size": (changed(shape=[-2, -3]), "a shape that is no list"),
    "a size that is true": (changed(shape=[True, 6]), "a shape that is no list"),
    "a size that is a fraction": (changed(shape=[2.0, 3]), "a shape that is no list"),
    "a size of 2^63": (changed(shape=[2**63, 0]), "a shape that is no list"),
    "too many dimensions": (changed(shape=[1] * 33), "a shape that is no list"),
    "sizes that overflow": (changed(shape=[2**40, 2**40]), "more values than any file holds"),
    "a shape of other length": (changed(shape=[2, 4]), "takes 24 bytes, not the 32"),
    "a number of 5,000 digits": (of_text('{"a":{"shape":[' + "9" * 5000 + "]}}"), "a number of 5,000 digits"),
    "NaN": (of_text('{"a":{"dtype":"F32","shape":[NaN],"data_offsets":[0,4]}}'), "NaN is no value of JSON"),
    "infinity": (
        of_text('{"a":{"dtype":"F32","shape":[-Infinity],"data_offsets":[0,4]}}'),
        "-Infinity is no value of JSON",
    ),
    "1e999": (of_text('{"a":{"dtype":"F32","shape":[1e999],"data_offsets":[0,4]}}'), "the number 1e999 is too large"),
    "offsets in the wrong order": (changed(data_offsets=[24, 0]), "no two offsets in order"),
    "one offset": (changed(data_offsets=[24]), "no two offsets in order"),
    "negative offsets": (changed(data_offsets=[-24, 0]), "no two offsets in order"),
    "offsets that are text": (changed(data_offsets=["0", "24"]), "no two offsets in order"),
    "a gap": (changed(data_offsets=[1, 25]), 'tensor "a.weight" leaves a gap of 1 bytes before it'),
    "an overlap": (
        framed({**HEADER, "c": {"dtype": "F32", "shape": [2], "data_offsets": [16, 24]}}, LENGTH),
        "overlaps the one before it",
    ),
    "bytes behind the last tensor": (framed(HEADER, LENGTH + 5), "take 32 bytes, and 37 follow the header"),
    "cut off in its values": (framed(HEADER, LENGTH - 5), "take 32 bytes, and 27 follow the header"),
    "nested 100,000 deep": (of_text('{"a":' + "[" * 100_000 + "]" * 100_000 + "}"), "nested too deeply"),
    "objects nested 5,000 deep": (of_text('{"a":' * 5_000 + "1" + "}" * 5_000), "nested too deeply"),
    "half of a character": (of_text('{"\\ud800":' + TENSOR + "}", 24), "holds half of a character"),
    "a name with a terminal's commands": (framed({"\x1b[2J": 5}, 0), 'tensor "\\x1b[2J" is not an object'),
    "an empty name": (framed({"": HEADER["a.weight"]}, 24), '"" is no tensor\'s name'),
    "a name of 5,000 characters": (framed({"a" * 5000: HEADER["a.weight"]}, 24), "is no tensor's name"),
    "a name of 500 parts": (framed({"a" + ".a" * 500: HEADER["a.weight"]}, 24), "is no tensor's name"),
    "two million lists": (
        of_text('{"a":[' + ",".join(["[]"] * 800_000) + "]}"),
        "more values than 200,000 tensors need",
    ),
    "five million numbers": (of_text('{"a":[' + "0," * 5_000_000 + "0]}"), "more values than 200,000 tensors need"),
    "200,001 tensors": (
        of_text(
            "{" + ",".join(f'"a{n}":{{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}' for n in range(200_001)) + "}",
            0,
        ),
        "it names 200,001 tensors",
    ),
}

INDEXES = {
    "empty": (b"", "is not valid JSON"),
    "no object": (b"[]", "its JSON is not an object"),
    "no weight_map": (b"{}", "has no weight_map"),
    "a weight_map that is a list": (b'{"weight_map":["a"]}', "has no weight_map"),
    "no names": (index_of({}), "names no tensor"),
    "a shard that climbs out": (index_of({"a": "../../etc/passwd"}), "which is no file beside the index"),
    "a shard that is absolute": (index_of({"a": "/etc/passwd"}), "which is no file beside the index"),
    "a shard by Windows' rules": (index_of({"a": "C:\\x"}), "which is no file beside the index"),
    "a shard in a folder": (index_of({"a": "x/y.safetensors"}), "which is no file beside the index"),
    "a shard called ..": (index_of({"a": ".."}), "which is no file beside the index"),
    "a shard with a line break": (index_of({"a": "x\n.safetensors"}), "which is no file beside the index"),
    "a shard that is null": (b'{"weight_map":{"a":null}}', "is in None, which is no file"),
    "a shard that is a list": (b'{"weight_map":{"a":["x"]}}', "is in a list, which is no file"),
    "a shard of 10,000 characters": (index_of({"a": "x" * 10_000}), "which is no file beside the index"),
    "metadata that is text": (b'{"metadata":"x","weight_map":{"a":"b"}}', "its metadata is not an object"),
    "a negative total": (index_of({"a": "b"}, -1), "its total_size is -1"),
    "a total that is text": (index_of({"a": "b"}, "7"), 'its total_size is "7"'),
    "a total that is true": (index_of({"a": "b"}, True), "its total_size is True"),
    "a total of 1e400": (b'{"metadata":{"total_size":1e400},"weight_map":{"a":"b"}}', "the number 1e400 is too large"),
    "a total that is NaN": (b'{"metadata":{"total_size":NaN},"weight_map":{"a":"b"}}', "NaN is no value of JSON"),
    "a name twice": (b'{"weight_map":{"a":"b","a":"c"}}', 'the key "a" stands twice'),
    "nested": (b'{"weight_map":' + b'{"a":' * 9_000 + b"1" + b"}" * 9_000 + b"}", "nested too deeply"),
}

TINY = {"a.weight": ("F32", (2,))}
GGUFS = {
    "empty": (b"", "breaks off in its header"),
    "another magic": (b"GGML" + bytes(40), "does not begin as a GGUF file does"),
    "version 1": (gguf(TINY, version=1), "version 1 of GGUF is not read"),
    "big-endian": (b"GGUF" + struct.pack(">I", 3) + bytes(40), "big-endian order"),
    "2^60 tensors": (b"GGUF" + struct.pack("<IQQ", 3, 2**60, 0), "declares 1,152,921,504,606,846,976 tensors"),
    "2^60 entries": (b"GGUF" + struct.pack("<IQQ", 3, 1, 2**60), "more than are read"),
    "no tensor": (gguf({}), "names no tensor"),
    "a name of 2^63 bytes": (
        b"GGUF" + struct.pack("<IQQ", 3, 1, 0) + struct.pack("<Q", 2**63) + bytes(99),
        "a name of 9,223,372,036,854,775,808 bytes",
    ),
    "a string of 2^63 bytes": (gguf(TINY, [text("a") + struct.pack("<IQ", 8, 2**63)]), "breaks off in its header"),
    "an array of 2^62 numbers": (
        gguf(TINY, [text("a") + struct.pack("<IIQ", 9, 4, 2**62)]),
        "breaks off in its header",
    ),
    "an array of 2^62 strings": (gguf(TINY, [text("a") + struct.pack("<IIQ", 9, 8, 2**62)]), "declares 4,611,686"),
    "arrays in arrays": (
        gguf(TINY, [text("a") + struct.pack("<I", 9) + struct.pack("<IQ", 9, 1) * 50 + bytes(8)]),
        "unknown kind 9",
    ),
    "an unknown kind": (gguf(TINY, [text("a") + struct.pack("<I", 77)]), "unknown kind 77"),
    "a key twice": (gguf(TINY, [said("a", "b"), said("a", "b")]), 'the key "a" stands twice'),
    "a name that is not UTF-8": (gguf(TINY).replace(b"a.weight", b"\xff.weight"), "is not UTF-8"),
    "an unknown type": (
        gguf(TINY).replace(struct.pack("<QIQ", 2, 0, 0), struct.pack("<QIQ", 2, 99, 0)),
        "unknown type 99",
    ),
    "sizes that overflow": (
        gguf(TINY).replace(struct.pack("<IQ", 1, 2), struct.pack("<IQ", 1, 2**63)),
        "more values than any file holds",
    ),
    "half a block": (
        gguf(TINY).replace(struct.pack("<QIQ", 2, 0, 0), struct.pack("<QIQ", 2, 8, 0)),
        "no whole blocks of Q8_0",
    ),
    "an offset elsewhere": (
        gguf(TINY).replace(struct.pack("<QIQ", 2, 0, 0), struct.pack("<QIQ", 2, 0, 64)),
        "does not begin where the one before it ends",
    ),
    "values cut off": (gguf({"a.weight": ("F32", (999,))})[:-100], "take 3,996 bytes"),
    "300 dimensions": (gguf(TINY).replace(struct.pack("<IQ", 1, 2), struct.pack("<IQ", 300, 2)), "has 300 dimensions"),
    "an alignment of 3": (
        gguf(TINY, [text("general.alignment") + struct.pack("<II", 4, 3)]),
        "general.alignment is no power of two",
    ),
}


def one_line(name: str, stored: bytes) -> str:
    """The one line that a hostile file gives."""
    file = CountedFile(name, stored)
    reading = read_layouts([file.entry()])
    assert reading.layouts == ()
    (skipped,) = reading.skipped
    assert skipped.path == name
    assert skipped.reason.isprintable()
    assert len(skipped.reason) < 250
    assert file.bytes_read <= MOST_HEADER_BYTES + 1024
    return skipped.reason


@pytest.mark.parametrize("case", SAFETENSORS)
def test_a_hostile_safetensors_header_is_one_clear_line(case: str) -> None:
    stored, expected = SAFETENSORS[case]
    assert expected in one_line("model.safetensors", stored)


@pytest.mark.parametrize("case", INDEXES)
def test_a_hostile_index_is_one_clear_line(case: str) -> None:
    stored, expected = INDEXES[case]
    assert expected in one_line("model.safetensors.index.json", stored)


@pytest.mark.parametrize("case", GGUFS)
def test_a_hostile_gguf_header_is_one_clear_line(case: str) -> None:
    stored, expected = GGUFS[case]
    assert expected in one_line("model.gguf", stored)


def test_the_library_refuses_what_is_refused_here() -> None:
    """But for what only costs us: long names, many of them, and bounds of our own."""
    from safetensors import SafetensorError, deserialize

    ours_alone = {
        "no tensor",
        "metadata alone",
        "too many dimensions",
        "an empty name",
        "a name of 5,000 characters",
        "a name of 500 parts",
        "200,001 tensors",
        "a key twice",
    }
    read = []
    for case, (stored, _) in SAFETENSORS.items():
        try:
            deserialize(stored)  # type: ignore[no-untyped-call]
        except SafetensorError:
            continue
        read.append(case)
    assert set(read) <= ours_alone


FORMS: dict[str, Callable[[], bytes]] = {
    "model.safetensors": lambda: safetensors(
        {f"layers.{number}.{each}": ("BF16", (2, number + 1)) for number in range(3) for each in ("w", "b")}, {"a": "b"}
    ),
    "model.safetensors.index.json": lambda: index_of(
        {f"layers.{number}.w": "a.safetensors" for number in range(5)}, 77
    ),
    "model.gguf": lambda: gguf(
        {f"blk.{number}.w": ("Q8_0", (2, 32)) for number in range(3)},
        [said("general.name", "lamp"), listed("tokens", ["a", "b"])],
    ),
}
WORDS = [
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b",",
    b":",
    b"-",
    b"1e9",
    b"null",
    b"\\u0000",
    b"\\ud800",
    b"\xff",
    b"\0" * 8,
    b"NaN",
]


def mutated(stored: bytes, chance: random.Random) -> bytes:
    """``stored`` with one to four changes: bytes flipped, cut, repeated, put in, numbers replaced."""
    changing = bytearray(stored)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(changing) + 1)
        kind = chance.randrange(5)
        if kind == 0 and place < len(changing):
            changing[place] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del changing[place : place + chance.randint(1, 40)]
        elif kind == 2:
            changing[place:place] = chance.choice(WORDS)
        elif kind == 3:
            changing[place:place] = changing[place : place + chance.randint(1, 60)]
        else:
            changing[place : place + 8] = chance.choice([b"\xff" * 8, struct.pack("<Q", 2**62), b"99999999", bytes(8)])
    return bytes(changing)


@pytest.mark.parametrize("name", FORMS)
def test_mutated_headers_give_a_layout_or_a_line_and_are_never_read_past_their_bound(name: str) -> None:
    stored, chance = FORMS[name](), random.Random(12)
    outcomes = {"read": 0, "refused": 0}
    for number in range(2_000):
        file = CountedFile(name, mutated(stored, chance))
        reading = read_layouts([file.entry()])
        assert len(reading.layouts) + len(reading.skipped) == 1, number
        assert all(each.reason.isprintable() and len(each.reason) < 300 for each in reading.skipped), number
        assert file.bytes_read <= len(file.stored) + 2048, number
        outcomes["read" if reading.layouts else "refused"] += 1
    assert outcomes["read"] > 20
    assert outcomes["refused"] > 1_000


def test_a_good_file_of_each_kind_is_read() -> None:
    """Else every test above would pass for the wrong reason."""
    for name, make in FORMS.items():
        reading = read_layouts(entries_of({name: make()}))
        assert (len(reading.layouts), reading.skipped) == (1, ()), name
    assert read_layouts(entries_of({"a.safetensors": framed(HEADER, LENGTH)})).skipped == ()
