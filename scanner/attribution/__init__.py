"""Copies and statements in, findings out: which of the upstream's terms are met.

Whoever judges imports ``check`` and ``copies`` where copies were found: rules are not loaded for a run without any.
"""
