"""A small module of an invented upstream, whole, renamed and in part, to be scanned against that upstream."""

from __future__ import annotations

import re

IMPORTS = "import math\n\n\n"
FUNCTIONS = (
    """def moored(hull, depth, slack=0.25):
    chain = math.hypot(depth, hull.draught) * (1 + slack)
    links = [chain / (step + 2) for step in range(hull.anchors)]
    if not links or min(links) < hull.draught:
        raise ValueError(f"{hull.name} drifts at {depth}")
    return sorted(links, reverse=True)[: hull.anchors // 2 + 1]
""",
    """def swell(heights, window, decay=0.9):
    mean, kept = 0.0, []
    for place, height in enumerate(heights):
        mean = decay * mean + (1 - decay) * height
        if place % window == window - 1:
            kept.append((place, round(mean, 3)))
        elif height > 2 * mean and kept:
            kept[-1] = (kept[-1][0], max(kept[-1][1], height))
    return dict(kept)
""",
    """def berths(ships, quay):
    free, taken = list(range(quay.length)), {}
    for ship in sorted(ships, key=lambda each: -each.draught * each.width):
        fitting = [spot for spot in free if quay.depth[spot] >= ship.draught + 0.5]
        if len(fitting) < ship.width:
            taken[ship.name] = None
            continue
        taken[ship.name] = fitting[: ship.width]
        free = [spot for spot in free if spot not in taken[ship.name]]
    return taken, len(free) / quay.length
""",
    """def bearing(here, there, drift=(0.0, 0.0)):
    north = math.radians(there[0] - here[0]) + drift[0] / 60
    east = math.radians(there[1] - here[1]) * math.cos(math.radians(here[0]))
    angle = math.degrees(math.atan2(east + drift[1] / 60, north)) % 360
    quarter = "NESW"[int((angle + 45) // 90) % 4]
    return quarter, round(angle, 1), math.hypot(north, east)
""",
    """def watches(crew, hours, rest=8):
    table, tired = [[] for _ in range(hours)], {name: 0 for name in crew}
    for hour in range(hours):
        awake = sorted(crew, key=lambda name: (tired[name], name))[: max(1, len(crew) // 3)]
        for name in awake:
            tired[name] += 2 if hour % 24 < 6 else 1
            table[hour].append(name)
        for name in set(crew) - set(awake):
            tired[name] = max(0, tired[name] - 24 // rest)
    return table
""",
    """def ballast(tanks, target, step=0.05):
    moved = 0
    while abs(sum(tanks.values()) / len(tanks) - target) > step:
        low, high = min(tanks, key=tanks.get), max(tanks, key=tanks.get)
        share = (tanks[high] - tanks[low]) / 3 or step
        tanks[low], tanks[high] = tanks[low] + share, tanks[high] - share / 2
        moved += 1
        if moved > 500:
            break
    return moved, {name: round(level, 2) for name, level in tanks.items()}
""",
)
OWN = """def menu(days, cooks):
    plan = []
    for day in days:
        cook = cooks[len(plan) * 7 % len(cooks)]
        dishes = {dish for dish in cook.dishes if dish.season in (day.month, "any")}
        plan.append((day.isoformat(), cook.name, "; ".join(sorted(dish.title for dish in dishes)) or "soup"))
    return plan


def letters(post, names):
    boxes = {name.casefold(): [] for name in names}
    for letter in post:
        to, _, rest = letter.partition(":")
        boxes.setdefault(to.strip().casefold(), []).append(rest.strip() or "(empty)")
    return {name: tuple(found) for name, found in boxes.items() if found}


def scores(games, best_of=5):
    total = {}
    for home, away, points in games:
        won = home if points[0] > points[1] else away
        total.setdefault(won, []).append(abs(points[0] - points[1]))
    return sorted(total.items(), key=lambda each: (-sum(sorted(each[1])[-best_of:]), each[0]))
"""
WHOLE = IMPORTS + "\n\n".join(FUNCTIONS)
_RENAMED = {
    "hull": "vessel", "chain": "rope", "links": "parts", "heights": "levels", "mean": "average", "kept": "held",
    "ships": "boats", "ship": "boat", "free": "open_", "taken": "given", "north": "up", "east": "right",
    "crew": "people", "tired": "worn", "tanks": "cells", "moved": "turns",
}  # fmt: skip


def renamed(text: str) -> str:
    """The same with other names for its locals."""
    return re.sub(r"\w+", lambda match: _RENAMED.get(match[0], match[0]), text)


def part(functions: int) -> str:
    """So many of the functions in a file of one's own."""
    return IMPORTS + "\n\n".join([*FUNCTIONS[:functions], OWN])
