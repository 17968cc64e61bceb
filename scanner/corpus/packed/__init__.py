"""A corpus packed to a quarter of its size, and unpacked once for each user."""
