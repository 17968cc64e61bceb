"""Random families of upstreams that copy from one another through their releases, divided among corpora."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from modelkin.corpus.appearances import Listing
from modelkin.corpus.builder import CorpusBuilder
from modelkin.corpus.model import Corpus, Project, Release

from .small_corpora import ATTENTION, ROTARY, SCHEDULE
from .upstreams import original

SEEDS = (
    ATTENTION,
    ROTARY,
    SCHEDULE,
    *(original(case) for case in ("identical", "constant_changed", "statement_dropped", "extra_function")),
)
NAMES = ("lantern", "beacon", "harbour", "orchard", "cobalt")


@dataclass(frozen=True)
class Part:
    """One release of a project: its texts by path."""

    project: str
    version: str
    released: str
    files: tuple[tuple[str, str], ...]


def edited(text: str, random: Random, times: int) -> str:
    """``text`` with some of its lines changed, gone or there twice, and some of its names changed everywhere."""
    lines = text.splitlines()
    for _ in range(times):
        inner = [
            place for place, line in enumerate(lines) if line.startswith("    ") and not line.rstrip().endswith(":")
        ]
        if not inner:
            break
        place, kind = random.choice(inner), random.random()
        indent = lines[place][: len(lines[place]) - len(lines[place].lstrip())]
        if kind < 0.4:
            lines[place] += (
                f"\n{indent}extra_{random.randrange(6)} = self.width_{random.randrange(3)} * {random.randrange(4)}"
            )
        elif kind < 0.7:
            lines[place] = f"{indent}step_{random.randrange(4)} = combine(step, {random.randrange(5)}, self.rate)"
        else:
            del lines[place]
    changed = "\n".join(lines) + "\n"
    if random.random() < 0.4:
        for word in random.sample(["Attention", "projection", "rotate", "scale", "hidden", "Lantern"], 2):
            changed = changed.replace(word, f"{word[0]}{random.choice(['ota', 'ivo', 'ulen'])}{word[-1]}")
    return changed


def family(random: Random) -> list[Part]:
    """Releases of a few projects; some paths change from release to release, some are taken from another project."""
    parts: list[Part] = []
    pool = list(SEEDS)
    for name in random.sample(NAMES, random.randint(2, len(NAMES))):
        known: dict[str, str] = {}
        year = random.randint(2017, 2021)
        for number in range(random.randint(1, 4)):
            for _ in range(random.randint(1, 3)):
                path = f"{name}/{random.choice(['model', 'layers', 'rotary', 'deep/model'])}.py"
                before = known.get(path) if random.random() < 0.7 else None
                text = edited(before or random.choice(pool), random, random.randint(0, 3))
                if random.random() < 0.3:
                    text += "\n\n" + random.choice(pool)
                known[path] = text
                pool.append(text)
            day = "" if random.random() < 0.1 else f"{year + number}-0{random.randint(1, 9)}-1{random.randint(0, 9)}"
            parts.append(Part(name, f"{number}.0", day, tuple(known.items())))
    return parts


def corpus_with(parts: Iterable[Part], everything: Sequence[Part], listed: bool, name: str) -> Corpus:
    """A corpus of ``parts``; with ``listed`` it knows a release before each project's first by its paths alone."""
    builder = CorpusBuilder()
    for part in parts:
        published = "2015-06-01" if part.project == "beacon" else ""
        project = Project(part.project, "MIT", "", "https://example.org/{release}/{path}", published=published)
        release = builder.add_release(project, Release(0, part.version, part.released, ""))
        for path, text in part.files:
            stored = text.encode()
            builder.add_file(release, path, stored, hashlib.sha256(stored).hexdigest())
            if listed and part.project in ("lantern", "cobalt"):
                owner = builder.projects[project]
                known = [dict(each.files) for each in everything if each.project == part.project]
                lacking = path not in known[0]
                early = Release(owner, "0.0.1", "2016-05-05", "")
                listing = Listing(lacking=frozenset([early])) if lacking else Listing(frozenset([early]))
                builder.add_listing(owner, path.encode(), listing)
    return builder.finish(name)


def divided(parts: Sequence[Part], random: Random, count: int, whole: bool) -> list[list[Part]]:
    """The releases in up to ``count`` groups, those of one project together where ``whole``; none empty."""
    of_project = {name: random.randrange(count) for name in NAMES}
    groups: list[list[Part]] = [[] for _ in range(count)]
    for part in parts:
        groups[of_project[part.project] if whole else random.randrange(count)].append(part)
    return [group for group in groups if group]


def copies(parts: Sequence[Part], random: Random) -> dict[str, str]:
    """Files to scan: copies as they are, edited, put together, and a file of nobody's."""
    texts = [text for part in parts for _, text in part.files]
    chosen = {f"copy_{number}.py": random.choice(texts) for number in range(2)}
    chosen |= {f"edited_{number}.py": edited(random.choice(texts), random, random.randint(1, 8)) for number in range(4)}
    chosen["both.py"] = random.choice(texts) + "\n\n" + edited(random.choice(texts), random, 2)
    chosen["own.py"] = "def total(values):\n    return sum(value for value in values if value)\n"
    renamed = random.choice(texts)
    for before, after in {
        "Attention": "Focus",
        "Lantern": "Glow",
        "turned": "done",
        "Schedule": "Plan",
        "x": "q",
    }.items():
        renamed = re.sub(rf"\b{before}\b" if len(before) == 1 else before, after, renamed)
    chosen["renamed.py"] = renamed
    part = random.choice(parts)
    path, text = random.choice(part.files)
    return chosen | {path: text}
