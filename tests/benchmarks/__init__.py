"""Benchmarks on real code, each one command that prints a table: see README.md."""
