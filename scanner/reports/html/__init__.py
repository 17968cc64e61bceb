"""Report in, one web page out that needs nothing else: no network, no library, not even its own script."""
