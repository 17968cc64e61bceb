"""What a rule may say: the keys of the licence files and the finding files in ``rules/``, and nothing else.

Edit this when rules need one more key; ``docs/extending.md`` explains them to those who write rules.
"""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import msgspec

from ..results import Level

Text = Annotated[str, msgspec.Meta(min_length=1)]


class Scope(str, Enum):
    """What of a model a licence, or one of its obligations, reaches."""

    CODE = "code"
    WEIGHTS = "weights"
    BOTH = "both"


class Family(str, Enum):
    """What kind of terms a licence sets, for judging what it may be combined with."""

    PUBLIC_DOMAIN = "public-domain"
    PERMISSIVE = "permissive"
    WEAK_COPYLEFT = "weak-copyleft"
    COPYLEFT = "copyleft"
    NETWORK_COPYLEFT = "network-copyleft"
    NON_COMMERCIAL = "non-commercial"
    RESTRICTED = "restricted"  # not for every use, or not to be changed
    MODEL = "model"


class Duty(str, Enum):
    """The kind of check that tells whether an obligation is met."""

    KEEP_NOTICES = "keep-notices"  # the copyright lines of the upstream file
    KEEP_LICENCE_HEADER = "keep-licence-header"  # the licence statement of the upstream file
    CARRY_LICENCE = "carry-licence"  # a copy of the licence text
    CARRY_NOTICE_FILE = "carry-notice-file"  # what the upstream's NOTICE says, where it has one
    STATE_CHANGES = "state-changes"
    SAME_LICENCE = "same-licence"  # the copy, or the whole work, stays under this licence
    EXACT_NOTICE = "exact-notice"  # one of ``strings`` stands in a notice
    DISPLAY = "display"  # one of ``strings`` is shown where people see it
    NAME_PREFIX = "name-prefix"  # the model's name begins with one of ``strings``
    PASS_ON_RESTRICTIONS = "pass-on-restrictions"
    OFFER_SOURCE = "offer-source"
    NO_ENDORSEMENT = "no-endorsement"
    NON_COMMERCIAL = "non-commercial"
    NO_DERIVATIVES = "no-derivatives"  # no changed copy is passed on


class Obligation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One clause: what it asks, the check that tells, and what to do where it is not met.

    With ``by_address``, naming the licence and where its text is found does in place of a copy of the text.
    """

    clause: Text
    duty: Duty
    asks: Text
    level: Level
    remedy: Text
    scope: Scope = Scope.CODE
    strings: tuple[Text, ...] = ()
    by_address: bool = False


class Combination(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Under which licences of the whole a copy may be passed on, its own duties kept.

    ``under`` and ``not_under`` list licence ids and family names; ``not_under`` wins, and what neither lists is not
    judged. All of it is about a copy of what the licence's ``scope`` reaches: code, or weights. ``reason`` is the
    sentence a person reads.
    """

    under: tuple[Text, ...] = ()
    not_under: tuple[Text, ...] = ()
    reason: str = ""


class Anchors(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Patterns on the normalised text: ``required`` all stand in a text of this licence, ``refused`` none.

    They are written in the small language of ``anchors.py``.
    """

    required: tuple[Text, ...] = ()
    refused: tuple[Text, ...] = ()


class LicenceRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of ``rules/licences/``: its name is the id, and ``.yaml``.

    ``names`` are spellings other than the id that mean exactly this licence, Hub ids among them, in lower case.
    """

    id: Text
    title: Text
    family: Family
    scope: Scope
    url: Text
    obligations: tuple[Obligation, ...]
    names: tuple[Text, ...] = ()
    anchors: Anchors = Anchors()
    combination: Combination = Combination()


class ExampleUpstream(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The upstream file of an example: what a corpus would say of it."""

    project: str = "lamp"
    path: str = "lamp/modeling_lamp.py"
    release: str = "1.0"
    licence: str = "Apache-2.0"
    copyrights: tuple[str, ...] = ()
    licence_form: str = ""  # as results.LicenceForm
    licence_copyrights: tuple[str, ...] = ()
    has_notice_file: bool = False
    url: str = "https://github.com/example/lamp/blob/v1.0/lamp/modeling_lamp.py"
    verdict: str = "renamed"
    share: float = 1.0
    parts: tuple[str, ...] = ()
    direction: str = "in-order"  # as results.Direction
    claim: bool = False  # whether the direction is only the source's own word
    recent_lines: tuple[str, ...] = ()


class ExampleModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A known model of an example: what a corpus would say of it."""

    name: Text
    files: dict[str, str]
    licence: str = ""
    date: str = ""


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A small repository, by path, whose ``copy`` is a copy of ``upstream``."""

    says: Text
    files: dict[str, str]
    upstream: ExampleUpstream = ExampleUpstream()
    copy: str = "modeling.py"
    native: tuple[str, ...] = ()  # which of its native files ``upstream`` holds
    models: tuple[ExampleModel, ...] = ()  # the known models, where it is about a model; then there is no ``copy``


class FindingRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of ``rules/findings/``: its name is the id, and ``.yaml``.

    ``message`` and ``remedy`` are templates, their fields in braces. The rule reports each example of ``reported`` and
    none of ``passed``. Where a finding rests on an obligation, the obligation's level and remedy come first. Files of
    one upstream project of which ``message_of_many`` says the same make one finding; without it each has its own.
    """

    id: Text
    title: Text
    level: Level
    message: Text
    help: Text
    remedy: Text
    reported: tuple[Example, ...]
    passed: tuple[Example, ...]
    message_of_many: str = ""
    """The message on several files; ``upstream`` and ``project`` are the project then, ``like`` is in the plural."""
    remedy_of_many: str = ""
    """The remedy then; empty where ``remedy`` will do."""
