"""`python -m tests.fuzz`: runs modelkin on as many hostile inputs as one likes, and sums up what was wrong.

Edit this when a run needs one more option.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from .running import KINDS, Place, run_case, surroundings
from .supervising import Told, folder_of_run, supervised

_EXAMPLES = """\
examples:
  python -m tests.fuzz --count 100 --seed 1
  python -m tests.fuzz --count 15000 --seed 1 --kind repositories
  python -m tests.fuzz --seed 1 --kind archives --only 17 --keep /tmp/case

The same seed and number build the same input. Exit codes: 0 nothing was wrong, 1 something was.
"""
_MOST_SHOWN = 40
_LOGGED_EACH = 1_000


def main(words: Sequence[str] | None = None) -> int:
    """Run what the command line asks for; 1 when anything was wrong."""
    options = _parser().parse_args(words)
    kinds = KINDS if not options.kind or "all" in options.kind else tuple(dict.fromkeys(options.kind))
    for each in (signal.SIGINT, signal.SIGTERM):  # a shell's background starts with the first ignored
        signal.signal(each, _interrupted)
    began, cases, wrong = time.monotonic(), Counter[str](), list[Told]()
    try:
        with folder_of_run(options.keep) as root:
            for told in _all(root, kinds, options):
                cases[told.kind] += 1
                if told.faults:
                    wrong.append(told)
                    _show(told, options.seed, len(wrong))
                _progress(cases, wrong, len(kinds) * (1 if options.only is not None else options.count))
    except KeyboardInterrupt:
        _print_summary(cases, wrong, time.monotonic() - began)
        print("interrupted", file=sys.stderr)
        return 130
    _print_summary(cases, wrong, time.monotonic() - began)
    return 1 if wrong else 0


def _interrupted(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz",
        description="Run modelkin on hostile inputs that a seed builds, and check that nothing escapes.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--count", type=int, default=100, metavar="N", help="How many inputs of each kind; 100 unless given."
    )
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="Which inputs; 1 unless given.")
    parser.add_argument("--kind", choices=(*KINDS, "all"), action="append", help="Only this kind; repeatable.")
    parser.add_argument("--first", type=int, default=0, metavar="K", help="Begin at number K.")
    parser.add_argument("--only", type=int, metavar="K", help="Only number K, in this process.")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="Build in DIR and leave the last input there.")
    return parser


def _all(root: Path, kinds: Sequence[str], options: argparse.Namespace) -> Iterator[Told]:
    if options.only is None:
        numbers = range(options.first, options.first + options.count)
        yield from supervised(root, options.seed, [(kind, number) for kind in kinds for number in numbers])
        return
    place = Place(root / "run")
    with surroundings(place):
        for kind in kinds:
            yield Told(kind, options.only, tuple(run_case(place, kind, options.seed, options.only)))


def _show(told: Told, seed: int, count: int) -> None:
    if count <= _MOST_SHOWN:
        lines = [f"  {ascii(fault)[1:-1]}" for fault in dict.fromkeys(told.faults)]
        _clear()
        print(f"{told.kind}: --kind {told.kind} --seed {seed} --only {told.number}", *lines, sep="\n", flush=True)


def _progress(cases: Counter[str], wrong: Sequence[Told], total: int) -> None:
    """On a terminal a line that counts; in a log a line now and then."""
    done = sum(cases.values())
    if sys.stderr.isatty():
        print(f"\r{done} of {total}, {len(wrong)} wrong", end="", file=sys.stderr, flush=True)
    elif done % _LOGGED_EACH == 0:
        print(f"{done} of {total}, {len(wrong)} wrong", file=sys.stderr, flush=True)


def _clear() -> None:
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _print_summary(cases: Counter[str], wrong: Sequence[Told], seconds: float) -> None:
    """How many of each kind, and what was wrong, by what it is."""
    _clear()
    kinds = Counter(each for told in wrong for each in {_sort(fault) for fault in told.faults})
    print(
        f"{', '.join(f'{count:,} {kind}' for kind, count in cases.items()) or 'nothing'} in {seconds:.0f} s: ", end=""
    )
    told = ", ".join(f"{kinds[each]} {each}" for each in dict.fromkeys(_SORTS.values()))
    print(f"{len(wrong)} wrong ({told})")


_SORTS = {
    "a traceback": "tracebacks",
    "exit code": "bad endings",
    "outside": "outside",
    "something outside": "outside",
    "the network": "outside",
    "a program": "programs or code run",
    "scanned code": "programs or code run",
    "code of the case": "programs or code run",
    "module": "programs or code run",
    "a copy is gone": "copies gone in silence",
    "something is hidden": "copies gone in silence",
    "is not idempotent": "not idempotent",
    "hangs": "hangs, crashes or slow",
    "the process": "hangs, crashes or slow",
    "": "injections or broken reports",
}
"""What the beginning of a fault says it is."""


def _sort(fault: str) -> str:
    said = fault.partition("] ")[2] or fault
    if said.endswith("of processor time"):
        return _SORTS["hangs"]
    return next(name for start, name in _SORTS.items() if said.startswith(start))


if __name__ == "__main__":
    sys.exit(main())
