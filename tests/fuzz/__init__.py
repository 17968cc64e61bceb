"""Fuzzing: hostile repositories, archives, index replies, waivers and settings, each built from a seed.

`python -m tests.fuzz --count 1000 --seed 1` builds them, runs modelkin on them and checks that nothing escapes: no
traceback, no file outside read or written, no program run, nothing scanned that steers a report, no copy that goes
missing without a word. What it finds is named by a seed and a number, which build the same input again.

``words`` and ``code`` are what all inputs are made of; ``repositories``, ``archives``, ``index``, ``waivers`` and
``settings`` build one kind each; ``cases`` says which commands a case goes through; ``watching`` and ``checking``
check them; ``running`` runs cases in this process, ``supervising`` in one that may crash or hang.
"""
