"""Findings in, the notices that mend them out, written into a working tree."""

from .applying import apply
from .differences import unified
from .model import Edit, Plan, Undone
from .needs import by_hand
from .planning import plan_file, plan_tree
from .worktree import WorkTree, work_tree

__all__ = ["Edit", "Plan", "Undone", "WorkTree", "apply", "by_hand", "plan_file", "plan_tree", "unified", "work_tree"]
