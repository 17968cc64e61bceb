"""Facts about known upstream code: stored, opened, looked up."""

from .pack import Corpus, Project, Release, Version

__all__ = ["Corpus", "Project", "Release", "Version"]
