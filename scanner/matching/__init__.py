"""A file's fingerprints against a corpus: candidates, alignment, renames, comparison, verdict."""
