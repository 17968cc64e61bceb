"""Repositories that the real git makes for a test, also of what git itself would not commit."""

from __future__ import annotations

from pathlib import Path

from .working_trees import git


def commit(root: Path, files: dict[str, bytes]) -> str:
    """One more commit of the repository ``root``, made when there is none; its hash."""
    root.mkdir(exist_ok=True)
    git(root, "init", "-q")
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", "x")
    return git(root, "rev-parse", "HEAD")


def stage(root: Path, mode: str, path: str, content: bytes) -> None:
    """Commit a blob under any mode and name, without a file on disk."""
    blob = git(root, "hash-object", "-w", "--stdin", stdin=content)
    git(root, "update-index", "--add", "--cacheinfo", f"{mode},{blob},{path}")
    git(root, "commit", "-q", "-m", "x")


def commit_tree(root: Path, entries: list[tuple[bytes, bytes, str]]) -> None:
    """Point ``main`` at a commit of a tree that git itself would not write."""
    stored = b"".join(mode + b" " + name + b"\0" + bytes.fromhex(digest) for mode, name, digest in entries)
    tree = git(root, "hash-object", "-t", "tree", "-w", "--stdin", "--literally", stdin=stored)
    git(root, "update-ref", "refs/heads/main", git(root, "commit-tree", "-m", "x", tree))


def address(root: Path, rest: str = "") -> str:
    return f"git+file://{root}{rest}"
