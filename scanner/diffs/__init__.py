"""A report in, its copied files beside their upstreams out: lines aligned, renames marked on both sides."""
