"""What the speed benchmark times, each in a process of its own: ``python -m tests.benchmarks.workloads NAME FOLDER``.

Prints the seconds of the work itself, start-up and imports aside.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path


def main() -> None:
    """Run one workload and print its seconds."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    work = WORKLOADS[name](folder)
    started = time.perf_counter()
    work()
    print(time.perf_counter() - started)


def _parsing(folder: Path) -> Callable[[], object]:
    import tree_sitter
    import tree_sitter_python

    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_python.language()))
    return lambda: _for_each(folder, lambda path: parser.parse(path.read_bytes()))


def _scanning(folder: Path) -> Callable[[], object]:
    # By its module, and what examines files with it: a scan loads that, and numpy, when it has a file to examine.
    import_module("modelkin.pipeline")
    from modelkin.api import scan
    from modelkin.scan_steps import ScanOptions

    return lambda: scan(str(folder), ScanOptions(no_cache=True))


def _scanning_with_workers(folder: Path) -> Callable[[], object]:
    from modelkin.api import scan
    from modelkin.scan_steps import ScanOptions

    return lambda: scan(str(folder), ScanOptions(no_cache=True, jobs=2))


def _scanning_again(folder: Path) -> Callable[[], object]:
    """What is timed is the second scan: the first one fills the cache, unless a run before has."""
    from modelkin.api import scan

    scan(str(folder))
    return lambda: scan(str(folder))


def _scanning_changed(folder: Path) -> Callable[[], object]:
    """As again, with one file that is new each time."""
    again = _scanning_again(folder)
    path = next(iter(sorted(folder.rglob("*.py"))))
    path.write_bytes(path.read_bytes() + f"\nCHANGED = {time.time_ns()}\n".encode())
    return again


def _opening(_: Path) -> Callable[[], object]:
    from modelkin.corpus.store import default_corpora

    return lambda: default_corpora(None)


def _fingerprinting(folder: Path) -> Callable[[], object]:
    copydetect = import_module("copydetect")
    defaults = copydetect.defaults
    size, window = defaults.NOISE_THRESHOLD, defaults.GUARANTEE_THRESHOLD - defaults.NOISE_THRESHOLD + 1
    return lambda: _for_each(folder, lambda path: copydetect.CodeFingerprint(str(path), size, window))


def _detecting(folder: Path) -> Callable[[], object]:
    detector = import_module("copydetect").CopyDetector(test_dirs=[str(folder)], extensions=["py"], silent=True)
    return lambda: detector.run()


def _for_each(folder: Path, work: Callable[[Path], object]) -> None:
    """What ``work`` returns is let go of at once, as a scan does."""
    for path in sorted(folder.rglob("*.py")):
        work(path)


WORKLOADS: dict[str, Callable[[Path], Callable[[], object]]] = {
    "parse": _parsing,
    "scan": _scanning,
    "workers": _scanning_with_workers,
    "again": _scanning_again,
    "changed": _scanning_changed,
    "open": _opening,
    "fingerprint": _fingerprinting,
    "detect": _detecting,
}

if __name__ == "__main__":
    main()
