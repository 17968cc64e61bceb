"""Upstreams in part: of named commits of a git repository, the files that a corpus is to be built from.

Edit this room when a corpus reads one more kind of address, or less of it should be fetched.
"""
