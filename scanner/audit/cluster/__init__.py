"""An audit on the machines of a Dask cluster."""
