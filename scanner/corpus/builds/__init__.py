"""Corpora built from manifests: read in parts, in parallel, and put together; kept up to date."""
