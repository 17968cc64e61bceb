"""Audit in, JSON out: its summary and a row for each repository (``modelkin.audit/1``)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum
from typing import Any

from ..audit import Audit, RepositoryRow
from .escaping import encodable
from .left_out import left_out_data

SCHEMA = "modelkin.audit/1"


def render(audit: Audit) -> str:
    """One indented JSON object; two audits of the same repositories differ in values of ``seconds`` alone."""
    return json.dumps(_as_data(audit), indent=2) + "\n"


def _as_data(audit: Audit) -> dict[str, Any]:
    header, summary = audit.header, audit.summary
    corpus = header.corpus
    return {
        "schema": SCHEMA,
        "tool": {"name": "modelkin", "version": header.tool},
        "corpus": {"name": corpus.name, "version": corpus.version, "digest": corpus.digest},
        "place": encodable(header.place),
        "summary": {
            "repositories": summary.repositories,
            "failed": summary.failed,
            "files": summary.files,
            "contents": summary.contents,
            "by_verdict": _by_value(summary.by_verdict),
            "by_level": _by_value(summary.by_level),
            "waived": summary.waived,
            "skipped": summary.skipped,
            "not_obeyed": left_out_data(summary.not_obeyed),
            "seconds": round(summary.seconds, 3),
        },
        "upstreams": [
            {"project": row.project, "files": row.files, "repositories": row.repositories} for row in summary.upstreams
        ],
        "first": [encodable(name) for name in summary.first],
        "repositories": [_row(row) for row in audit.rows],
    }


def _row(row: RepositoryRow) -> dict[str, Any]:
    return {
        "name": encodable(row.name),
        "failed": encodable(row.failed) or None,
        "files": row.files,
        "by_verdict": _by_value(row.by_verdict),
        "by_level": _by_value(row.by_level),
        "waived": row.waived,
        "copies": dict(row.copies),
        "skipped": [{"path": encodable(skip.path), "reason": encodable(skip.reason)} for skip in row.skipped],
        "not_obeyed": left_out_data(row.not_obeyed),
        "seconds": round(row.seconds, 3),
    }


def _by_value(counts: Mapping[Any, int]) -> dict[str, int]:
    return {key.value if isinstance(key, Enum) else key: count for key, count in counts.items()}
