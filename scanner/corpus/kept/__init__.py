"""What is kept of corpus files in the user's cache, so that they open at once and are looked up in beside others."""
