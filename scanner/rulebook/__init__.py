"""Rules as YAML in, checked rules out."""

from .model import (
    Anchors,
    Combination,
    Duty,
    Example,
    ExampleUpstream,
    Family,
    FindingRule,
    LicenceRule,
    Obligation,
    Scope,
)
from .shelf import finding_rule, finding_rules, licence_rule, licence_rules, shipped_folder

__all__ = [
    "Anchors",
    "Combination",
    "Duty",
    "Example",
    "ExampleUpstream",
    "Family",
    "FindingRule",
    "LicenceRule",
    "Obligation",
    "Scope",
    "finding_rule",
    "finding_rules",
    "licence_rule",
    "licence_rules",
    "shipped_folder",
]
