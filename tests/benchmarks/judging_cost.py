"""What checking the obligations of its copies adds to the scan of a source: seconds and megabytes."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass

from modelkin.corpus.store import default_corpora
from modelkin.matching.ranking import VerdictOptions
from modelkin.pipeline import Examiner
from modelkin.results import Skipped
from modelkin.sources import open_source
from modelkin.sources.files import read_files


@dataclass(frozen=True, slots=True)
class Cost:
    """``scan`` is without judging; ``megabytes`` is by how much judging raises the peak."""

    scan: float
    judging: float
    megabytes: float


def cost(source: str) -> Cost:
    """Measured in a process of its own, nothing loaded yet, with modules compiled as an installation has them."""
    command = [sys.executable, "-m", "tests.benchmarks.judging_cost", source]
    with tempfile.TemporaryDirectory() as folder:
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment = {**kept, "PYTHONPYCACHEPREFIX": folder}
        runs = [subprocess.run(command, check=True, capture_output=True, text=True, env=environment) for _ in "12"]
    return Cost(**json.loads(runs[-1].stdout))


def main(source: str) -> None:
    """Scan as modelkin.scan does, its last stages timed apart."""
    with open_source(source) as checkout:
        began = time.perf_counter()
        examiner = Examiner(default_corpora(None), VerdictOptions())
        files = [file for file in read_files(checkout) if not isinstance(file, Skipped)]
        examined = [examiner.examine(file) for file in files]
        scanned, peak = time.perf_counter(), _peak()
        from modelkin.attribution.copies import read_copy
        from modelkin.repository.declarations import read_declarations
        from modelkin.scan_steps import check

        texts = {file.path: file.text for file in files}
        copies = [each.copy for each in examined if each.copy]
        # Reading credits is a part of examining; it is done again here to be timed.
        copies = [read_copy(each.verdict, each.notice, texts[each.verdict.path]) for each in copies]
        reading = time.perf_counter() - scanned
        check(copies, read_declarations(checkout), checkout.project)
        judging = time.perf_counter() - scanned
        print(json.dumps(asdict(Cost(scanned - began - reading, judging, _peak() - peak))))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(sys.argv[1])
