"""Facts about known upstream code: stored, opened, looked up."""
