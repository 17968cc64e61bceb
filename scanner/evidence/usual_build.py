"""Builds ``rules/usual_values.txt``: ``python -m modelkin.evidence.usual_build rules TRANSFORMERS_WHEEL FOLDER``.

For development only. The wheel is unpacked in memory and its configuration classes are read as text, never imported;
the folder holds published ``*config.json`` and ``*tokenizer_config.json`` files. Edit this when other models are to
say what is usual; `usual_values` reads what is written.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile

from ..models.architectures import LEAST_VALUES, class_defaults
from ..models.config_values import configuration_values
from ..models.json_files import parse_object
from ..models.model import Tokens
from ..models.token_files import hashes_by_id, tokenizer_facts
from ..results import Skipped
from ..support.atomic_write import replace_file
from .usual_values import FILE, LEAST_OF_KEY, last_part

_WORDS = ("RULES_FOLDER", "TRANSFORMERS_WHEEL", "FOLDER")
_CLASSES = "models/*/configuration_*.py"
_HEAD = """\
# How often published configurations have a value under a key, and tokenizers a token at an id: facts alone, long
# values and tokens as hashes. Made by `python -m modelkin.evidence.usual_build`. Sources: the defaults of the
# configuration classes of {wheel}, and the published files that are listed as "from".
"""
Values = Mapping[str, str]


def build(wheel: Path, folder: Path) -> str:
    """The text of the data file."""
    published, tokenizers, sources = _published(folder)
    defaults = [each.values for each in class_defaults(_class_files(wheel)).values()]
    configurations = [*defaults, *published]
    lines = [f"from\t{name}" for name in sources]
    lines.append(f"configurations\t{len(configurations)}")
    lines += _counted(configurations)
    found = Counter(pair for each in tokenizers for pair in hashes_by_id(each).items() if pair[0] in each.named)
    lines += (f"token\t{count}\t{number}\t{hashed.hex()}" for (number, hashed), count in sorted(found.items()))
    release = "-".join(wheel.name.split("-")[:2])
    return _HEAD.format(wheel=release) + "\n".join(lines) + "\n"


def _counted(configurations: Iterable[Values]) -> Iterator[str]:
    keys: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    values: Counter[str] = Counter()
    for each in configurations:
        under = {(last_part(path), value) for path, value in each.items()}
        keys.update({key for key, _ in under})
        pairs.update(under)
        values.update(set(each.values()))
    for key, count in sorted(keys.items()):
        if count >= LEAST_OF_KEY:
            known = sorted((value, most) for (name, value), most in pairs.items() if name == key and most > 1)
            yield "\t".join(("key", key, str(count), *(word for value, most in known for word in (str(most), value))))
    yield from (f"value\t{count}\t{value}" for value, count in sorted(values.items()) if count > 1)


def _published(folder: Path) -> tuple[list[Values], list[Tokens], list[str]]:
    """The values and the added tokens of the published files, of equal ones one, and their names."""
    configurations: dict[frozenset[tuple[str, str]], Values] = {}
    tokenizers: dict[Tokens, None] = {}
    sources = []
    for file in sorted(folder.glob("*config.json")):
        loaded = parse_object(file.name, file.read_bytes())
        if isinstance(loaded, Skipped):
            print(f"{loaded.path}: {loaded.reason}", file=sys.stderr)
            continue
        if file.name.endswith("tokenizer_config.json"):
            facts, _ = tokenizer_facts({"tokenizer_config.json": loaded})
            if facts and facts.added.ids:
                tokenizers[facts.added] = None
        else:
            found = configuration_values(file.name, loaded)
            if isinstance(found, Skipped) or len(found.values) < LEAST_VALUES:
                continue
            configurations[frozenset(found.values.items())] = found.values
        sources.append(file.name)
    return list(configurations.values()), list(tokenizers), sources


# The defaults of classes.


def _class_files(wheel: Path) -> Iterator[bytes]:
    with ZipFile(wheel) as archive:
        for name in sorted(archive.namelist()):
            if PurePosixPath(name).match(_CLASSES):
                yield archive.read(name)


def main(arguments: list[str]) -> int:
    """Write the data file into the folder of rules that is named first."""
    if len(arguments) != len(_WORDS):
        print(f"usage: python -m modelkin.evidence.usual_build {' '.join(_WORDS)}", file=sys.stderr)
        return 2
    rules, wheel, folder = map(Path, arguments)
    try:
        content = build(wheel, folder).encode()
        replace_file(rules / FILE, content)
    except (OSError, BadZipFile) as error:
        print(f"{wheel}, {folder}: {error}", file=sys.stderr)
        return 2
    print(f"{len(content):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
