"""The files of a source examined: what is known of them from before, in this process or in several."""
