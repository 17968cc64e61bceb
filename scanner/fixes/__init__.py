"""`modelkin attribute`: the notices that copies lack, planned from a report and written into a working tree."""
