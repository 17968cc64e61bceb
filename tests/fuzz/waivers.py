"""Makes up comments that are waivers, almost are, or only look so. Edit this for one more shape."""

from __future__ import annotations

from random import Random

from .words import line, mutated

_RULES = ("holder-removed", "licence-text-missing", "licence-header-removed", "changes-not-stated")


def comments(chance: Random, count: int) -> str:
    """``count`` comments of a Python file, a line each."""
    return "".join(f"{chance.choice(('', '', '    ', 'x = 1  '))}{_comment(chance)}\n" for _ in range(count))


def _comment(chance: Random) -> str:
    rules = chance.sample(_RULES, chance.randint(0, 4)) + chance.choices(
        (line(chance), "*", "all", ""), k=chance.choice((0, 0, 1))
    )
    reason = chance.choice(("agreed", "", line(chance), " ", "-", ": x", "a  # b", "\u2014", "r" * 3000))
    verb = chance.choice(("ignore", "ignore", "ignore", "Ignore", "ignored", "waive", "noqa", line(chance)))
    mark = chance.choice(("modelkin:", "modelkin:", "Modelkin:", "modelkin :", "modelkin: modelkin:", " modelkin:\t"))
    opening, closing = chance.choice((("[", "]"), ("[", "]"), ("[", ""), ("", ""), ("[[", "]]"), ("(", ")")))
    text = f"#{chance.choice((' ', '', chr(9), '!', '# '))}{mark} {verb}{opening}{', '.join(rules)}{closing} {reason}"
    return " ".join(mutated(chance, text, 1).splitlines()) if chance.random() < 0.3 else text
