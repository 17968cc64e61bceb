"""The index of a journal: one SQLite file, made from the journal and kept up with it, so that nobody reads it whole."""
