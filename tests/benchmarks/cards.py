"""Front matter put into real model cards: is it what the Hub's own library takes, and is every other byte as it was?

Cards are Markdown files of a folder that is given; none is kept here. Beside each stands a made-up adapter, which says
its base, so that what a card lacks of the five keys is put in. Edit this when another key is suggested.
"""

from __future__ import annotations

import logging
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import click
import yaml
from huggingface_hub import ModelCard

from modelkin.fixes.card_bases import find_bases, read_artefacts
from modelkin.fixes.card_licence import licence_stated
from modelkin.fixes.front_matter import values_of, with_values
from modelkin.fixes.model import UnwritableError
from modelkin.repository.declarations import read_declarations
from modelkin.sources import open_source

KEYS = ("license", "license_name", "license_link", "base_model", "base_model_relation")
ALL = {
    "license": ("other",),
    "license_name": ("harbour-license",),
    "license_link": ("https://example.org/harbour/LICENSE",),
    "base_model": ("harbour/tide-7b", "harbour/ebb-7b"),
    "base_model_relation": ("merge",),
}


class Edited(NamedTuple):
    """What became of one card."""

    outcome: str
    wanted: Mapping[str, tuple[str, ...]] = {}


def suggested(stored: bytes, base: str) -> dict[str, tuple[str, ...]]:
    """What `attribute --card` would put into the card of an adapter for ``base``. Raises UnwritableError."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "README.md").write_bytes(stored)
        (Path(folder) / "adapter_config.json").write_text(f'{{"base_model_name_or_path": "{base}"}}')
        (Path(folder) / "adapter_model.safetensors").touch()
        with open_source(folder) as checkout:
            said = read_declarations(checkout)
            values = values_of(stored) or {}
            bases = find_bases(values.get("base_model", ()), read_artefacts(checkout, ""), said, None, lambda: None)
            models = values.get("base_model", ()) or bases.models
            wanted = dict(licence_stated(values, said, models or (), bases.relation).values)
    wanted |= {"base_model": bases.models} if bases.models else {}
    is_asked = bases.relation and values.get("base_model_relation", ()) == ()
    return wanted | ({"base_model_relation": (bases.relation,)} if is_asked else {})


def lacking(stored: bytes) -> dict[str, tuple[str, ...]]:
    """All of the five keys that a card does not have. Raises UnwritableError."""
    values = values_of(stored) or {}
    return {key: texts for key, texts in ALL.items() if values.get(key, ()) == ()}


def metadata(stored: bytes) -> dict[str, Any] | None:
    """What the Hub's library reads of the card; None where it refuses it."""
    try:
        card: Any = ModelCard(stored.decode(), ignore_metadata_errors=False)
        return dict(card.data.to_dict())
    except (ValueError, TypeError, yaml.YAMLError):
        return None


def put_in(stored: bytes, wanted: Mapping[str, tuple[str, ...]]) -> Edited:
    """The outcome in words: "as wanted", or what is wrong."""
    after = with_values(stored, wanted)
    if not wanted:
        return Edited("nothing lacks")
    if not only_added(stored, after, wanted):
        return Edited("a byte changed", wanted)
    before, told = metadata(stored), metadata(after)
    if told is None:
        return Edited("refused by the Hub's library" + (", as it was before" if before is None else ""), wanted)
    expected = {key: texts[0] if len(texts) == 1 else list(texts) for key, texts in wanted.items()}
    if any(told.get(key) != text for key, text in expected.items()):
        return Edited("not read as wanted", wanted)
    if before is not None and {**told} != {**before, **expected}:
        return Edited("another key changed", wanted)
    return Edited("as wanted", wanted)


def only_added(stored: bytes, after: bytes, wanted: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether all lines of the card are there in their order, and beside them only what is wanted.

    A key without a value may get one, and `{}`, a block without keys, may go.
    """
    lines = stored.splitlines(keepends=True)
    empty = [line for line in lines if _key(line) in wanted and _is_empty(line)]
    lines = [line for line in lines if line not in empty and (line.strip() != b"{}" or b"{}" in after)]
    extra, place = [], 0
    for line in after.splitlines(keepends=True):
        if place < len(lines) and line == lines[place]:
            place += 1
        else:
            extra.append(line.strip())
    texts = [text for found in wanted.values() for text in found]
    allowed = {b"---", b"", *(f"- {text}".encode() for text in texts)}
    added = [line for line in extra if line not in allowed]
    return (
        place == len(lines)
        and [_key(line) for line in added] == [*dict.fromkeys(map(_key, added))]
        and all(_key(line) in wanted for line in added)
    )


def _key(line: bytes) -> str:
    return line.partition(b":")[0].decode("utf-8", "replace")


def _is_empty(line: bytes) -> bool:
    return line.partition(b":")[2].partition(b"#")[0].strip() in (b"", b"[]", b"~", b"null")


def cards_in(folder: Path) -> Iterator[Path]:
    yield from (path for path in sorted(folder.rglob("*.md")) if path.is_file())


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--base", default="Qwen/Qwen2.5-7B", show_default=True, help="What the made-up adapter is for.")
@click.option("--all", "everything", is_flag=True, help="Put in all of the five keys that a card lacks.")
@click.option("--each", "shows_each", is_flag=True, help="A line for each card.")
def main(folder: Path, base: str, everything: bool, shows_each: bool) -> None:
    """Put front matter into every Markdown file of FOLDER, in memory, and count what became of it."""
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
    counts: Counter[str] = Counter()
    forms: Counter[str] = Counter()
    for path in cards_in(folder):
        stored = path.read_bytes()
        try:
            done = put_in(stored, lacking(stored) if everything else suggested(stored, base))
        except UnwritableError as error:
            done = Edited(f"refused: {str(error).partition(':')[0]}")
        counts[done.outcome] += 1
        forms["CRLF"] += b"\r\n" in stored[:200]
        forms["no front matter"] += not stored.lstrip().startswith(b"---")
        forms["no final newline"] += not stored.endswith(b"\n")
        forms["byte order mark"] += stored.startswith(b"\xef\xbb\xbf")
        if shows_each:
            click.echo(f"{path.name}: {done.outcome} ({', '.join(done.wanted)})")
    click.echo(f"{counts.total()} cards: {', '.join(f'{count} {form}' for form, count in forms.items())}")
    for outcome, count in counts.most_common():
        click.echo(f"{count:6} {outcome}")


if __name__ == "__main__":
    main()
