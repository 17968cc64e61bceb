"""Copies beside their upstreams: lines aligned with renames marked, and what differs once renames are undone."""
