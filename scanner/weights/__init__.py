"""How one checkpoint came from another: a few values of each tensor, read by ranges and held against each other."""
