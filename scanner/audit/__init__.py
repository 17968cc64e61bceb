"""A folder or list of repositories in, a journal of their reports out."""
