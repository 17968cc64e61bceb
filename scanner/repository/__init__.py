"""A checkout in, what the repository says of itself out: licences, notices, model card, leftovers."""
