"""Copies and statements in, findings out: which of the upstream's terms are met."""
