"""Which statement stands beside which where many are alike, and which names are then said to be renamed."""

from __future__ import annotations

import modelkin
from modelkin.results import FileVerdict

# What is compared is never only the few lines in question.
REST = """
def rest(a, b, c):
    d = a.view(b, -1, c) @ b.weight.t() + c.bias
    return d.softmax(dim=-1).mean(1) * 3
"""
SETTINGS = ("vocabulary", "width", "depth", "heads", "dropout", "epsilon", "theta", "window", "bias", "experts")


def compared(copy: str, original: str) -> FileVerdict:
    return modelkin.compare_texts((REST + copy).encode(), (REST + original).encode())


def pairs(found: FileVerdict) -> set[tuple[str, str]]:
    return {(each.original, each.copy) for each in found.renames}


def settings(*names: str, kept: str = "self.{0} = {0}") -> str:
    lines = "".join(f"        {kept.format(name)}\n" for name in names)
    return (
        f"class Settings(Base):\n    def __init__(self, {', '.join(names)}, **rest):\n{lines}"
        "        super().__init__(**rest)\n"
    )


def test_attributes_are_not_paired_by_their_place() -> None:
    left_out = [name for name in SETTINGS if name != "depth"]
    found = compared(settings("embedding", *left_out), settings(*SETTINGS))
    assert pairs(found) == set()
    assert found.similarity > 0.8


def test_settings_in_another_order_keep_their_names() -> None:
    assert pairs(compared(settings(*reversed(SETTINGS)), settings(*SETTINGS))) == set()


def test_a_renamed_setting_is_told_where_its_parameter_tells_it() -> None:
    renamed = ["layers" if name == "depth" else name for name in SETTINGS]
    assert pairs(compared(settings(*renamed), settings(*SETTINGS))) == {("depth", "layers")}


# The attributes are told apart by what is done with them elsewhere, wherever they are assigned.
LAYER = """
class Layer(Module):
    def __init__(self, first, second, third):
        self.{0} = first
        self.{1} = second
        self.{2} = third
    def forward(self, x):
        y = self.{0}(x).view(1, -1) + 2
        y = torch.cat([y, self.{1}(y)], dim=1)
        return self.{2}(y).softmax(-1)[:, 0]
"""


def test_a_use_of_an_attribute_tells_which_assignment_is_its_own() -> None:
    original = LAYER.format("query", "key", "value")
    copy = LAYER.format("ask", "lock", "worth")
    copy = copy.replace("        self.ask = first\n", "").replace(
        "        self.worth = third\n", "        self.worth = third\n        self.ask = first\n        self.more = x\n"
    )
    assert pairs(compared(copy, original)) == {("query", "ask"), ("key", "lock"), ("value", "worth")}


def test_names_that_trade_places_are_still_only_renamed() -> None:
    original = LAYER.format("query", "key", "value")
    copy = LAYER.format("key", "value", "query").replace("        return self", "        print(y)\n        return self")
    found = compared(copy, original)
    assert pairs(found) == {("query", "key"), ("key", "value"), ("value", "query")}
    assert found.definitions[-1].matched_statements == found.definitions[-1].statements - 1


def test_of_two_names_that_became_one_the_more_frequent_is_renamed() -> None:
    body = "".join(f"def f{n}(x):\n    return norm_b(x, {n}).view({n}, -1) + {n}\n" for n in range(6))
    original = "def g(x):\n    return norm_a(x).mean(0)\n" + body
    found = compared(original.replace("norm_a", "scale").replace("norm_b", "scale"), original)
    assert pairs(found) == {("norm_b", "scale")}
    # The one use of the other name is the edit, not the six of this one.
    edited = {each.qualname for each in found.definitions if each.matched_statements < each.statements}
    assert edited == {"g"}


def test_a_name_seen_once_in_what_is_mostly_other_code_is_no_rename() -> None:
    original = (
        "def pool(states, mask):\n    states = states * mask\n    total = mask.sum(1)\n    return states / total\n"
    )
    other = (
        "def route(x, table):\n    for row in table:\n        x = row.apply(x, 3)\n        if x is None:\n"
        "            raise ValueError(row)\n    total = table.sum(1)\n    print(len(table), total)\n"
        "    return x[0], total\n"
    )
    assert pairs(compared(other, original)) == set()


def test_a_name_that_the_copy_uses_for_the_same_is_not_renamed() -> None:
    text = "class A:\n" + "".join(
        f"    def f{n}(self, x):\n        return self.scale * x.view({n}, -1) + {n}\n" for n in range(5)
    )
    copy = text.replace("return self.scale * x.view(3", "return self.offset * x.view(3")
    assert pairs(compared(copy, text)) == set()


def test_a_rename_says_of_how_many_uses() -> None:
    text = "def f(x):\n    {0} = x.view(1)\n    y = {0} + x\n    y = y * {0}\n    return y - {0}\n"
    (rename,) = compared(text.format("b"), text.format("a")).renames
    assert (rename.count, rename.occurrences, rename.consistency) == (4, 4, 1.0)
