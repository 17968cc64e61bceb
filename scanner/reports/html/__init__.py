"""Reports and audits as web pages, each one file that needs nothing else."""
