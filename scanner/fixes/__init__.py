"""Findings in, the notices that mend them out, written into a working tree."""
