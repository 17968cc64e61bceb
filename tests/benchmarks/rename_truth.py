"""Is the rename map true? Copies made by known renamings, and what modelkin says each name was."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

import click

import modelkin
from modelkin.results import Rename

from .dataflow import blocks, functions
from .forms import without_docstrings
from .identifiers import KEPT, full_renaming, rename
from .releases import LEFT_OUT, python_files, release_root
from .reordering import reorder_definitions, reorder_statements
from .samples import draw_files
from .scoped_names import ScopedName, places, scoped_names
from .swaps import Function
from .tables import print_list, print_table

DONOR = ("timm", "0.9.12")
# Of each kind about one statement in ten, so that a function of ten statements has all three.
SHARE = 0.1
# How much of a file's definitions stands in the unrelated file.
TAKEN = 0.3
NO_NAMES: Mapping[ScopedName, str] = {}


class Renaming(NamedTuple):
    """What names become: those of the whole file, whatever they name, and those that are local to one function."""

    names: Mapping[str, str]
    locals: Mapping[ScopedName, str] = NO_NAMES

    def of(self, owned: ScopedName) -> str:
        """What the name becomes; empty where it stays."""
        return self.locals.get(owned) or self.names.get(owned.name, "")


class Case(NamedTuple):
    """A copy, its original, and the truth: what each name was, of all that both texts still have."""

    name: str
    copy: str
    original: str
    truth: frozenset[tuple[str, str, str]]
    """The function, by its name in the copy, that a name is local to; the name in the original, and in the copy."""


class Score(NamedTuple):
    """Of one case: how many pairs are true, how many were said, how many of these are true, and which are not."""

    true: int
    said: int
    right: int
    wrong: tuple[Rename, ...]


Maker = Callable[[str, str, Random, list[str]], Case]
Namer = Callable[[ast.Module, Random, list[str]], Renaming]


@click.command()
@click.option("--release", default="4.35.0", show_default=True, help="A transformers release, or the folder of one.")
@click.option("--count", default=10, show_default=True, help="How many files to copy.")
@click.option("--seed", default=7, show_default=True, help="Draws the files, the new names and every change.")
@click.option("--examples", default=0, show_default=True, help="How many wrong pairs of each set to list.")
def main(release: str, count: int, seed: int, examples: int) -> None:
    """Precision and recall of the rename map, per set, all pairs of all files counted alike."""
    root = release_root("transformers", release)
    files, settings = draw_files(root, count, seed), _settings(root, count, seed)
    donors, other_settings = _donors(count, seed), _settings(root, 2 * count, seed + 1)
    rows = []
    listed: list[str] = []
    for title, make in SETS.items():
        is_settings = title.startswith("settings")
        chosen, given = (settings, other_settings) if is_settings else (files, donors)
        rng = Random(seed)
        cases = [make(path, text, rng, [*given.values()]) for path, text in chosen.items()]
        scores = [score(case) for case in cases]
        true, said, right = (sum(column) for column in list(zip(*scores, strict=True))[:3])
        alone = sum(each.count == 1 for one in scores for each in one.wrong)
        rows.append([title, len(cases), true, said, right / max(said, 1), right / max(true, 1), alone])
        wrong = [f"{title}: {case.name}: {each}" for case, one in zip(cases, scores, strict=True) for each in one.wrong]
        listed += Random(seed).sample(wrong, min(examples, len(wrong)))
    headings = ["set", "files", "true pairs", "said", "precision", "recall", "wrong, seen once"]
    print_table(f"Rename maps, transformers {release}, seed {seed}", headings, rows)
    print_list("Wrong pairs", listed)


def score(case: Case) -> Score:
    """Compare the two texts, and hold the map against the truth."""
    renames = modelkin.compare_texts(case.copy.encode(), case.original.encode()).renames
    said = {(each.scope, each.original, each.copy): each for each in renames}
    wrong = tuple(each for key, each in said.items() if key not in case.truth)
    return Score(len(case.truth), len(said), len(said) - len(wrong), wrong)


def _only(renaming: Namer) -> Maker:
    """Nothing but names changed."""

    def make(path: str, text: str, rng: Random, donors: list[str]) -> Case:
        tree = _code(text)
        return _case(path, tree, tree, renaming(tree, rng, donors))

    return make


def _changed(renaming: Namer) -> Maker:
    """Statements and definitions in another order, some statements gone, others of other files put in."""

    def make(path: str, text: str, rng: Random, donors: list[str]) -> Case:
        tree = _code(text)
        changed = _moved_and_gone(tree, rng)
        return _case(path, changed, tree, renaming(tree, rng, donors), _inserted(rng, donors))

    return make


def _all(tree: ast.Module, rng: Random, _: list[str]) -> Renaming:
    return Renaming(full_renaming(tree, rng))


def _some(tree: ast.Module, rng: Random, _: list[str]) -> Renaming:
    return Renaming({original: copy for original, copy in full_renaming(tree, rng).items() if rng.random() < 0.5})


def _traded(tree: ast.Module, rng: Random, _: list[str]) -> Renaming:
    """Half of the names change places among themselves."""
    names = [name for name in sorted(full_renaming(tree, rng)) if rng.random() < 0.5]
    rng.shuffle(names)
    return Renaming(dict(zip(names, names[1:] + names[:1], strict=True)))


def _by_function(tree: ast.Module, rng: Random, donors: list[str]) -> Renaming:
    """In half of the functions locals are called what others call theirs; what is passed by keyword keeps its name."""
    pool = sorted({each.name for each in scoped_names(_code(rng.choice(donors))) if each.scope} - KEPT)
    passed = {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword)}
    own = {each.name for each in scoped_names(tree)}
    names = sorted(each for each in scoped_names(tree) if each.scope and each.name not in KEPT | passed)
    renaming: dict[ScopedName, str] = {}
    for scope in sorted({each.scope for each in names if rng.random() < 0.5}):
        local = [each for each in names if each.scope == scope]
        drawn = rng.sample(sorted(set(pool) - own), min(len(local), len(set(pool) - own)))
        renaming.update(zip(local, drawn, strict=False))
    return Renaming({}, renaming)


def _inside(path: str, text: str, rng: Random, donors: list[str]) -> Case:
    """Some of the file's definitions, renamed, between those of an unrelated file."""
    tree = _code(text)
    definitions = [node for node in tree.body if isinstance(node, ast.ClassDef | Function)]
    count = max(1, round(TAKEN * len(definitions)))
    taken = ast.Module(sorted(rng.sample(definitions, count), key=lambda node: node.lineno), [])
    host = _code(rng.choice(donors))

    def put_in(copy: ast.Module) -> None:
        at = rng.randrange(len(host.body) + 1)
        copy.body = [*host.body[:at], *copy.body, *host.body[at:]]

    return _case(path, taken, tree, _all(tree, rng, donors), put_in)


def _settings_changed(path: str, text: str, rng: Random, others: list[str]) -> Case:
    """A configuration class with half of its names renamed, a tenth dropped, others put in, in another order."""
    tree = _code(text)
    changed = _code(text)
    for function in _initialisers(changed):
        for name in _own(function):
            if rng.random() < SHARE:
                _drop_setting(function, name)
    reorder_statements(changed, rng)

    added = sorted({name for other in others[:20] for each in _initialisers(_code(other)) for name in _own(each)})

    def put_in(copy: ast.Module) -> None:
        for function in _initialisers(copy):
            for name in rng.sample(added, min(len(added), max(1, round(SHARE * len(function.body))))):
                _add_setting(function, name, rng)

    return _case(path, changed, tree, _some(tree, rng, others), put_in)


def _case(
    name: str,
    changed: ast.Module,
    original: ast.Module,
    renaming: Renaming,
    put_in: Callable[[ast.Module], None] | None = None,
) -> Case:
    """``changed`` is renamed, then ``put_in`` adds to it what is not of the original."""
    truth = _truth(scoped_names(original) & scoped_names(changed), renaming)
    copy, text = ast.parse(ast.unparse(changed)), ast.unparse(original)
    for place in [each for each in places(copy) if each.owned in renaming.locals]:
        setattr(place.node, place.field, renaming.locals[place.owned])
    rename(copy, renaming.names)
    if put_in:
        put_in(copy)
    return Case(name, ast.unparse(ast.fix_missing_locations(copy)) + "\n", text + "\n", truth)


def _truth(names: set[ScopedName], renaming: Renaming) -> frozenset[tuple[str, str, str]]:
    renamed = ((each, renaming.of(each)) for each in names)
    return frozenset((_in_copy(each.scope, renaming), each.name, copy) for each, copy in renamed if copy)


def _in_copy(qualname: str, renaming: Renaming) -> str:
    parts = qualname.split(".") if qualname else []
    # A function in a function is a local of that one.
    owned = [ScopedName(".".join(parts[:place]), part) for place, part in enumerate(parts)]
    return ".".join(renaming.of(each) or each.name for each in owned)


def _code(text: str) -> ast.Module:
    return without_docstrings(ast.parse(text))


def _moved_and_gone(tree: ast.Module, rng: Random) -> ast.Module:
    """The same with definitions and statements in another order, and statements gone."""
    changed = ast.parse(ast.unparse(tree))
    reorder_definitions(changed, rng)
    reorder_statements(changed, rng)
    for function in functions(changed):
        for block in blocks(ast.Module([function], [])):
            for statement in [each for each in block if _is_plain(each)]:
                if len(block) > 1 and rng.random() < SHARE and _is_spare(statement, function):
                    block.remove(statement)
    return changed


def _is_spare(statement: ast.stmt, function: ast.FunctionDef) -> bool:
    """Whether no variable that the statement binds is unbound without it, in a copy that still has to run."""
    bound = [node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    left = [node for node in ast.walk(function) if isinstance(node, ast.Name | ast.arg)]
    own = {id(node) for node in ast.walk(statement)}
    rest = [node for node in left if id(node) not in own]
    kept = {node.id for node in rest if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    kept |= {node.arg for node in rest if isinstance(node, ast.arg)}
    return set(bound) <= kept or not any(isinstance(node, ast.Name) and node.id in bound for node in rest)


def _inserted(rng: Random, donors: list[str]) -> Callable[[ast.Module], None]:
    """What puts statements of other files, as they stand there, between those of the copy."""
    found = [each for block in blocks(_code(rng.choice(donors))) for each in block if _is_plain(each)]

    def put_in(copy: ast.Module) -> None:
        for block in list(blocks(copy)):
            for place in range(len(block), -1, -1):
                if rng.random() < SHARE:
                    block.insert(place, rng.choice(found))

    return put_in


def _is_plain(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Assign | ast.AugAssign | ast.Expr | ast.Assert)


def _initialisers(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "__init__")


def _own(function: ast.FunctionDef) -> Sequence[str]:
    """The parameters that the function does nothing with but keep: ``self.x = x``."""
    return [name for each in function.body if (name := _kept(each))]


def _kept(statement: ast.stmt) -> str:
    match statement:
        case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"), attr=name)], value=ast.Name(id=value)) if (
            name == value
        ):
            return name
    return ""


def _drop_setting(function: ast.FunctionDef, name: str) -> None:
    function.body = [each for each in function.body if _kept(each) != name] or [ast.Pass()]
    arguments = function.args
    names = [each.arg for each in arguments.args]
    used = {each.id for one in function.body for each in ast.walk(one) if isinstance(each, ast.Name)}
    if name in names and name not in used:
        place = names.index(name)
        if place >= len(names) - len(arguments.defaults):
            del arguments.defaults[place - len(names)]
        del arguments.args[place]


def _add_setting(function: ast.FunctionDef, name: str, rng: Random) -> None:
    if name not in {each.arg for each in function.args.args}:
        function.args.args.append(ast.arg(name))
        function.args.defaults.append(ast.Constant(rng.choice([None, True, 0.1, 512])))
        function.body.insert(rng.randrange(len(function.body) + 1), ast.parse(f"self.{name} = {name}").body[0])


def _settings(root: Path, count: int, seed: int) -> dict[str, str]:
    """Configuration files of the release, text by path."""
    paths = list(python_files(root, "transformers/models/*/configuration_*.py"))
    texts = {path: (root / path).read_text("utf-8") for path in paths if not LEFT_OUT.search(path)}
    kept = [path for path, text in texts.items() if sum(len(_own(each)) for each in _initialisers(_code(text))) > 4]
    return {path: texts[path] for path in sorted(Random(seed).sample(kept, min(count, len(kept))))}


def _donors(count: int, seed: int) -> dict[str, str]:
    root = release_root(*DONOR)
    paths = [path for path in python_files(root, "timm/models/*.py") if len((root / path).read_bytes()) > 8_000]
    return {path: (root / path).read_text("utf-8") for path in Random(seed).sample(paths, min(count, len(paths)))}


SETS: Mapping[str, Maker] = {
    "all names": _only(_all),
    "some names": _only(_some),
    "locals of some functions": _only(_by_function),
    "names traded": _only(_traded),
    "all names, statements moved, gone, added": _changed(_all),
    "some names, statements moved, gone, added": _changed(_some),
    "locals of some functions, moved, gone, added": _changed(_by_function),
    "names traded, moved, gone, added": _changed(_traded),
    "inside unrelated code": _inside,
    "settings, some names": _only(_some),
    "settings, some names, moved, gone, added": _settings_changed,
}

if __name__ == "__main__":
    main()
