"""`modelkin serve`: an audit in a browser on this machine, while it goes on; and a scan of an address on request."""
