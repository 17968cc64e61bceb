"""The errors that end a run: each message says what is wrong, where, and what to do next."""

from __future__ import annotations


class ModelkinError(Exception):
    """A run that cannot be done. Raised where it is known, caught once in the command line."""


class SourceError(ModelkinError):
    """The named source does not exist, cannot be fetched, or cannot be opened."""


class CorpusError(ModelkinError):
    """A corpus file is missing, damaged, or of another format."""


class UsageError(ModelkinError):
    """The options given do not fit together."""


class RestoreError(ModelkinError):
    """A file cannot be rewritten with everything else left byte for byte."""


class RuleError(ModelkinError):
    """A file of rules is missing, broken, or says what no rule can say; the message names the file and the key."""


class WaiverError(ModelkinError):
    """A waiver lacks its reason, names no rule that there is, or repeats another; the message names file and line."""


class ConfigurationError(ModelkinError):
    """A configuration says what none can say; the message names the file and the key."""


class BaselineError(ModelkinError):
    """A baseline cannot be read or written."""


class MissingExtraError(ModelkinError):
    """What was asked for takes a library that is not installed."""
