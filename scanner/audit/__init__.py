"""Many repositories in one run: each distinct file content is examined once, and all results go into a journal."""
