"""All that a report contains: the words that answers are given in, the answer for a file, the report.

Read this room to learn the output; its names are imported from here.
"""

from .file_verdict import (
    CellLines,
    Cells,
    DefinitionMatch,
    FileDate,
    FileVerdict,
    Innovations,
    Region,
    Rename,
    UpstreamMatch,
    cells_by_path,
)
from .scan_report import (
    Attribution,
    CorpusIdentity,
    DutyState,
    Finding,
    FindingPlace,
    LeftOut,
    Report,
    Skipped,
    Suppression,
)
from .vocabulary import (
    COPIES,
    Confidence,
    Direction,
    Grade,
    Ground,
    Kind,
    Level,
    LicenceForm,
    State,
    Trust,
    Verdict,
)

__all__ = [
    "COPIES",
    "Attribution",
    "CellLines",
    "Cells",
    "Confidence",
    "CorpusIdentity",
    "DefinitionMatch",
    "Direction",
    "DutyState",
    "FileDate",
    "FileVerdict",
    "Finding",
    "FindingPlace",
    "Grade",
    "Ground",
    "Innovations",
    "Kind",
    "LeftOut",
    "Level",
    "LicenceForm",
    "Region",
    "Rename",
    "Report",
    "Skipped",
    "State",
    "Suppression",
    "Trust",
    "UpstreamMatch",
    "Verdict",
    "cells_by_path",
]
