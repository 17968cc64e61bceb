"""modelkin: where the code of an AI-model repository came from, and whether its upstream's terms are met."""

from .scan import Report, ScanOptions, compare, compare_files, compare_texts, scan
from .sources import open_source
from .verdict import FileVerdict

__all__ = ["FileVerdict", "Report", "ScanOptions", "compare", "compare_files", "compare_texts", "open_source", "scan"]
