"""Tests of modelkin; benchmarks are run by hand, each with one command."""
