"""Whether the terms of the upstreams are met: what each copy owes, what is missing, and what answers for it.

`engine.check_copies` is the way in; `scan_steps.check` loads it, and with it the rules, only where there is something
to check.
"""
