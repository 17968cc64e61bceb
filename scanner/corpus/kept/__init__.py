"""What is kept of corpus files, in memory or the user's cache, so that they open at once and look-ups are quick."""
