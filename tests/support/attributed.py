"""Copies and repositories to check: an upstream's facts, a file's text, and the texts that stand around it."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from msgspec.structs import replace

from modelkin.attribution.copies import CheckResult, Copy, KnownLines, read_copy
from modelkin.notices.notice import read_notice
from modelkin.repository.declarations import read_declarations
from modelkin.repository.model import Declarations
from modelkin.results import Direction, FileVerdict, Finding, LicenceForm, UpstreamMatch, Verdict
from modelkin.scan_steps import check
from modelkin.sources import open_source

LAMP = UpstreamMatch(
    project="lamp",
    path="lamp/modeling_lamp.py",
    first_release="1.0",
    last_release="1.2",
    released="2022-03-01",
    share=0.9,
    licence="Apache-2.0",
    copyrights=("Copyright 2022 The Lamp Authors and Lumen Labs. All rights reserved.",),
    url="https://github.com/example/lamp/blob/v1.0/lamp/modeling_lamp.py",
    verdict=Verdict.RENAMED,
    package="lamp",
    licence_form=LicenceForm.TEXT,
    header_last_line=12,
    direction=Direction.IN_ORDER,
)
BEACON = replace(
    LAMP,
    project="beacon",
    package="beacon",
    path="beacon/model.py",
    copyrights=("Copyright (c) 2021 Ada Beacon",),
    url="https://github.com/ada/beacon/blob/v1.0/beacon/model.py",
)
HEADLESS = replace(LAMP, copyrights=(), licence_form=LicenceForm.NONE, header_last_line=0)
LAMP_HEADER = f"# {LAMP.copyrights[0]}\n# Licensed under the Apache License, Version 2.0\n"
APACHE = "Licensed under the Apache License, Version 2.0\n"
MIT = "Copyright (c) 2024 Harbour AI\n\nLicensed under the MIT License.\n"
CODE = "import torch\n\n\nclass Harbour(torch.nn.Module):\n    heads = 8\n"


def copy_of(
    *upstreams: UpstreamMatch,
    text: str = CODE,
    path: str = "modeling.py",
    origin: UpstreamMatch | None = None,
    own_release: str = "",
    known: tuple[str, ...] = (),
) -> Copy:
    """A file of that text that stands on ``upstreams``, the closest first."""
    notice = read_notice(text.encode())
    verdict = FileVerdict(
        path=path,
        sha256="",
        verdict=upstreams[0].verdict,
        similarity=upstreams[0].share,
        licence=notice.licence,
        upstreams=upstreams,
        origin=origin or upstreams[-1],
        renames=(),
        definitions=(),
        own_release=own_release,
    )
    return read_copy(verdict, notice, text.encode(), KnownLines(known))


def declarations_of(files: Mapping[str, str]) -> Declarations:
    """What a repository of these texts says of itself."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        with open_source(folder) as checkout:
            return read_declarations(checkout)


def checked(
    *copies: Copy,
    own: str = "",
    names: tuple[str, ...] = (),
    whole: bool = True,
    files: Mapping[str, str] | None = None,
    **named: str,
) -> CheckResult:
    """Check ``copies`` in a repository that holds ``files`` besides them; in ``named`` names ``__`` is a full stop.

    ``own`` is the project that it is by a registry's word, ``names`` what it calls itself.
    """
    around = {name.replace("__", "."): text for name, text in named.items()} | dict(files or {})
    declarations = replace(declarations_of(around), vouched=own, names=names)
    return check(copies, declarations, own, whole)


def rules(result: CheckResult) -> set[str]:
    """The ids of the rules that report."""
    return {finding.rule for finding in result.findings}


def only(result: CheckResult, rule: str) -> Finding:
    """The one finding of that rule."""
    (finding,) = (finding for finding in result.findings if finding.rule == rule)
    return finding
