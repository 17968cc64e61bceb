"""An audit whose files are examined on the machines of a Dask cluster."""
