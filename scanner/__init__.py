"""modelkin: where the code of an AI-model repository came from, and whether its upstream's terms are met.

The public names of the Python package. Edit this when one comes or goes, with docs/api.md, which shows their use.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api import agree, audit, compare, compare_files, compare_texts, scan
    from .attribution.waivers import Waiver
    from .audit.journal import Advance
    from .audit.options import AuditOptions
    from .audit.outcome import Audit, open_audit
    from .audit.rows import AuditSummary, RepositoryRow, UpstreamRow
    from .errors import (
        BaselineError,
        ConfigurationError,
        CorpusError,
        MissingExtraError,
        ModelkinError,
        RestoreError,
        RuleError,
        SourceError,
        UsageError,
        WaiverError,
    )
    from .predictions.model import (
        Agreement,
        AgreementOutcome,
        Estimate,
        PairShare,
        SharedErrors,
        TellingQuestions,
    )
    from .reports import render
    from .results import (
        Attribution,
        CellLines,
        Conclusion,
        Confidence,
        CorpusIdentity,
        Curve,
        DefinitionMatch,
        Direction,
        Drawing,
        DutyState,
        EvidenceKind,
        FileDate,
        FileVerdict,
        Finding,
        FindingPlace,
        Grade,
        Ground,
        Innovations,
        Kind,
        KnownCorpus,
        KnownNative,
        LayoutRow,
        LeftOut,
        Level,
        LicenceForm,
        Observation,
        Region,
        Relation,
        Rename,
        Report,
        Scanned,
        Skipped,
        SourceKind,
        State,
        Strength,
        Suppression,
        Trust,
        Unread,
        UnreadKind,
        UpstreamGrounds,
        UpstreamMatch,
        Verdict,
    )
    from .scan_steps import ScanOptions, SettingsTaken
    from .sources import open_source
    from .sources.checkout import Checkout, Entry

    __version__: str


__all__ = [
    "Advance",
    "Agreement",
    "AgreementOutcome",
    "Attribution",
    "Audit",
    "AuditOptions",
    "AuditSummary",
    "BaselineError",
    "CellLines",
    "Checkout",
    "Conclusion",
    "Confidence",
    "ConfigurationError",
    "CorpusError",
    "CorpusIdentity",
    "Curve",
    "DefinitionMatch",
    "Direction",
    "Drawing",
    "DutyState",
    "Entry",
    "Estimate",
    "EvidenceKind",
    "FileDate",
    "FileVerdict",
    "Finding",
    "FindingPlace",
    "Grade",
    "Ground",
    "Innovations",
    "Kind",
    "KnownCorpus",
    "KnownNative",
    "LayoutRow",
    "LeftOut",
    "Level",
    "LicenceForm",
    "MissingExtraError",
    "ModelkinError",
    "Observation",
    "PairShare",
    "Region",
    "Relation",
    "Rename",
    "Report",
    "RepositoryRow",
    "RestoreError",
    "RuleError",
    "ScanOptions",
    "Scanned",
    "SettingsTaken",
    "SharedErrors",
    "Skipped",
    "SourceError",
    "SourceKind",
    "State",
    "Strength",
    "Suppression",
    "TellingQuestions",
    "Trust",
    "Unread",
    "UnreadKind",
    "UpstreamGrounds",
    "UpstreamMatch",
    "UpstreamRow",
    "UsageError",
    "Verdict",
    "Waiver",
    "WaiverError",
    "__version__",
    "agree",
    "audit",
    "compare",
    "compare_files",
    "compare_texts",
    "open_audit",
    "open_source",
    "render",
    "scan",
]

# Which module each name is imported from, once it is asked for. A test compares this with what type checkers see above.
_MODULES = {
    "api": "agree audit compare compare_files compare_texts scan",
    "attribution.waivers": "Waiver",
    "audit.journal": "Advance",
    "audit.options": "AuditOptions",
    "audit.outcome": "Audit open_audit",
    "audit.rows": "AuditSummary RepositoryRow UpstreamRow",
    "errors": "BaselineError ConfigurationError CorpusError MissingExtraError ModelkinError RestoreError "
    "RuleError SourceError UsageError WaiverError",
    "predictions.model": "Agreement AgreementOutcome Estimate PairShare SharedErrors TellingQuestions",
    "scan_steps": "ScanOptions SettingsTaken",
    "reports": "render",
    "results": "Attribution CellLines Conclusion Confidence CorpusIdentity Curve DefinitionMatch Direction Drawing "
    "DutyState EvidenceKind FileDate FileVerdict Finding FindingPlace Grade Ground Innovations Kind KnownCorpus "
    "KnownNative LayoutRow LeftOut Level LicenceForm Observation Region Relation Rename Report Scanned Skipped "
    "SourceKind State Strength Suppression Trust Unread UnreadKind UpstreamGrounds UpstreamMatch Verdict",
    "sources": "open_source",
    "sources.checkout": "Checkout Entry",
}


def __getattr__(name: str) -> Any:
    """Import on first use: `modelkin --help` and every pre-commit run pay for what is imported here."""
    if name == "__version__":
        from importlib.metadata import version

        return version("modelkin")
    for module, names in _MODULES.items():
        if name in names.split():
            return getattr(import_module(f".{module}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    def __setattr__(self, name: str, value: Any) -> None:
        # Importing the folder `modelkin.audit` must not hide the function `modelkin.audit`.
        if not (name == "audit" and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
