"""Reads and replaces files in a folder that is opened once, and follows no link below it.

What is checked is what was opened, not its name: a folder that is exchanged for a link meanwhile leads nowhere. Edit
this when files are to be handled in one more way in a folder that a stranger may have filled.
"""

# pathlib takes no descriptors:
# ruff: noqa: PTH102, PTH105, PTH116, PTH118, PTH208
from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, BinaryIO

# Windows has neither; there the same is checked by name, just before each step.
HELD = {
    os.open,
    os.stat,
    os.mkdir,
    os.unlink,
    os.rename,
    os.readlink,
    os.utime,
    os.link,
} <= os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")
_COMMON = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
# A pipe must not be waited for.
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)
# To name a folder, no leave to list it is needed where O_PATH is known.
_FOLDER = _COMMON | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_PATH", os.O_RDONLY)
_CHUNK = 2**20
_PREFIX, _SUFFIX = ".modelkin-", ".tmp"
_NEVER_IN_A_NAME = ("\0", os.sep, *(os.altsep or ()))
# The rights of a new file, less the umask; of one that takes the place of another, until it has that one's.
_NEW, _PRIVATE = 0o666, 0o600
_FOLDER_MODE, _PRIVATE_FOLDER = 0o777, 0o700
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
# Windows: a junction leads elsewhere as a link does.
_REPARSE_POINT = getattr(stat, "FILE_ATTRIBUTE_REPARSE_POINT", 0)


class LinkError(OSError):
    """A link stands where none is followed."""

    def __init__(self, shown: str, target: str) -> None:
        super().__init__(
            errno.ELOOP, f"{shown} is a symbolic link to {target}: name {target} itself, or remove the link"
        )
        self.shown = shown


class Folder:
    """An open folder; ``shown`` is what messages call it. Methods take the name of a thing in it, and raise OSError."""

    def __init__(self, place: str, descriptor: int, shown: str) -> None:
        self._place = place
        self._descriptor = descriptor
        self.shown = shown

    @classmethod
    def open(cls, place: str | os.PathLike[str], shown: str = "") -> Folder:
        """The folder that ``place`` names, whose links are followed."""
        if not HELD:
            if not stat.S_ISDIR(os.stat(place).st_mode):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
            return cls(os.path.realpath(place), -1, shown)
        return cls(os.fspath(place), os.open(place, _FOLDER), shown)

    def __enter__(self) -> Folder:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    @contextmanager
    def below(self, parts: Sequence[str], make: bool = False, private: bool = False) -> Iterator[Folder]:
        """The folder by way of ``parts``; if ``make``, what is not there is made, if ``private`` for the user alone."""
        folder = self._same()
        try:
            for part in parts:
                if make and folder.status(part) is None:
                    with suppress(FileExistsError):
                        mode = _PRIVATE_FOLDER if private else _FOLDER_MODE
                        os.mkdir(folder._at(part), mode, **folder._held())
                inner = folder._inner(part)
                folder.__exit__()
                folder = inner
            yield folder
        finally:
            folder.__exit__()

    def is_writable_by_others(self) -> bool:
        """Whether anybody but its owner may put files into it; not known where rights are not the system's way."""
        return HELD and bool(os.fstat(self._descriptor).st_mode & OTHERS_WRITE)

    def is_of_others(self) -> bool:
        """Whether its owner, who may put files into it, is neither this user nor the system's; else as above."""
        return HELD and os.fstat(self._descriptor).st_uid not in (os.geteuid(), 0)

    def refuse_strangers(self, called: str = "it") -> None:
        """Raise PermissionError where others may write to it, which is ``called`` so in the message."""
        if self.is_writable_by_others() or self.is_of_others():
            raise PermissionError(0, f"others may write to {called}: take that right from them (chmod go-w)")

    def names(self) -> list[str]:
        """Whatever has a name in it, sorted."""
        if not HELD:
            return sorted(os.listdir(self._place))
        descriptor = os.open(os.curdir, _COMMON | os.O_RDONLY, **self._held())
        try:
            return sorted(os.listdir(descriptor))
        finally:
            os.close(descriptor)

    def status(self, name: str) -> os.stat_result | None:
        """Of what has that name, be it a link; None where there is nothing."""
        try:
            return os.stat(self._at(name), follow_symlinks=False, **self._held())
        except FileNotFoundError:
            return None

    def create(self, name: str, mode: int = _NEW) -> int:
        """A descriptor of a new file, to read and write. Raises FileExistsError also where a link has the name."""
        return os.open(self._at(name), os.O_RDWR | os.O_CREAT | os.O_EXCL | _NO_LINK | _COMMON, mode, **self._held())

    def open_file(self, name: str, flags: int = os.O_RDONLY) -> int:
        """A descriptor of the file, which must be one."""
        self.check_file(name)
        try:
            descriptor = os.open(self._at(name), flags | _NO_LINK | _NO_WAIT | _COMMON, **self._held())
        except OSError:
            self.check_file(name)  # exchanged for a link meanwhile: say so
            raise
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise _no_file()
        return descriptor

    def open_device(self, name: str, follow: bool = False) -> int:
        """A descriptor to write to what is there and no file."""
        flags = os.O_WRONLY | _COMMON | (0 if follow else _NO_LINK)
        descriptor = os.open(self._at(name), flags, **self._held())
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
            os.close(descriptor)
            raise FileExistsError(errno.EEXIST, "it was exchanged for a file meanwhile")
        return descriptor

    def read(self, name: str, most: int = -1) -> bytes | None:
        """What stands in the file, up to ``most`` bytes of it; None where there is nothing by that name."""
        try:
            descriptor = self.open_file(name)
        except FileNotFoundError:
            return None
        with os.fdopen(descriptor, "rb") as file:
            return file.read(most)

    def check_file(self, name: str) -> os.stat_result:
        """What `status` says of a regular file; an OSError for anything else."""
        found = self.status(name)
        if found is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        if is_link(found):
            raise LinkError(self._shown(name), os.fsdecode(os.readlink(self._at(name), **self._held())))
        if stat.S_ISDIR(found.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(found.st_mode):
            raise _no_file()
        return found

    def replace(self, name: str, content: bytes) -> None:
        """Make ``content`` the whole file, its mode kept; its old content stays until the new is complete."""
        with self.replacing(name) as file:
            self._fill(file, content)

    @contextmanager
    def replacing(self, name: str, private: bool = False) -> Iterator[BinaryIO]:
        """A file to fill, that takes the place of another at the end of the block; ``private`` for the user alone."""
        found = self._file_or_none(name)
        temporary = temporary_name()
        try:
            try:
                descriptor = self.create(temporary, _PRIVATE if private or found is not None else _NEW)
            except FileExistsError:  # by chance that of another
                temporary = ""
                raise
            with os.fdopen(descriptor, "w+b") as file:
                yield file
                if found is not None and not private and hasattr(os, "fchmod"):
                    os.fchmod(file.fileno(), stat.S_IMODE(found.st_mode))
            self._file_or_none(name)
            ends = {"src_dir_fd": self._descriptor, "dst_dir_fd": self._descriptor} if HELD else {}
            os.replace(self._at(temporary), self._at(name), **ends)
        except BaseException:
            if temporary:
                self.remove(temporary)
            raise

    def try_replacing(self, name: str) -> None:
        """Raise the OSError that `replace` would: known before the work rather than after it."""
        self._file_or_none(name)
        temporary = temporary_name()
        try:
            os.close(self.create(temporary))
        finally:
            self.remove(temporary)

    def take(self, place: os.PathLike[str], name: str) -> None:
        """Have the file at ``place`` stand here too, in place of another: by a second name for it, else as a copy."""
        temporary = temporary_name()
        ends = {"src_dir_fd": self._descriptor, "dst_dir_fd": self._descriptor} if HELD else {}
        try:
            os.link(os.path.realpath(place), self._at(temporary), dst_dir_fd=self._descriptor if HELD else None)
        except OSError:  # another disk, or one that has no such names
            with open(place, "rb") as source, self.replacing(name) as file:  # noqa: PTH123 - as above
                while chunk := source.read(_CHUNK):
                    file.write(chunk)
            return
        try:
            self._file_or_none(name)
            os.replace(self._at(temporary), self._at(name), **ends)
        finally:
            self.remove(temporary)  # which stays where both were the same file

    def touch(self, name: str) -> None:
        """Have a file say that it was used now, as far as that can be."""
        with suppress(OSError):
            os.utime(self._at(name), follow_symlinks=False, **self._held())

    def remove(self, name: str) -> None:
        """Whatever has that name, if it is no folder, and as far as it can be."""
        with suppress(OSError):
            os.unlink(self._at(name), **self._held())

    def _file_or_none(self, name: str) -> os.stat_result | None:
        try:
            return self.check_file(name)
        except FileNotFoundError:
            return None

    @staticmethod
    def _fill(file: BinaryIO, content: bytes) -> None:
        file.write(content)

    def _same(self) -> Folder:
        return Folder(self._place, os.dup(self._descriptor) if HELD else -1, self.shown)

    def _inner(self, name: str) -> Folder:
        try:
            descriptor = os.open(self._at(name), _FOLDER | _NO_LINK, **self._held()) if HELD else -1
            return self._checked(name, descriptor)
        except OSError:
            found = self.status(name)
            if found is not None and is_link(found):
                self.check_file(name)  # says so
            raise

    def _checked(self, name: str, descriptor: int) -> Folder:
        """Without a descriptor, by its name."""
        if not HELD:
            found = self.status(name)
            if found is None:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
            if is_link(found) or not stat.S_ISDIR(found.st_mode):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        return Folder(os.path.join(self._place, name), descriptor, self._shown(name))

    def _at(self, name: str) -> str:
        """One name, that stays in the folder."""
        if name in ("", os.curdir, os.pardir) or any(each in name for each in _NEVER_IN_A_NAME):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        return name if HELD else os.path.join(self._place, name)

    def _held(self) -> dict[str, Any]:
        return {"dir_fd": self._descriptor} if HELD else {}

    def _shown(self, name: str) -> str:
        return os.path.join(self.shown, name)


def is_link(status: os.stat_result) -> bool:
    """Whether what has this status leads elsewhere."""
    return stat.S_ISLNK(status.st_mode) or bool(getattr(status, "st_file_attributes", 0) & _REPARSE_POINT)


def is_temporary(name: str) -> bool:
    """Whether it is one of `temporary_name`."""
    return name.startswith(_PREFIX) and name.endswith(_SUFFIX)


def temporary_name() -> str:
    """One that nobody can foresee, and so plant something under."""
    # As secrets.token_hex, whose import takes 3 ms.
    return f"{_PREFIX}{os.urandom(16).hex()}{_SUFFIX}"


def _no_file() -> OSError:
    return FileExistsError(errno.EEXIST, "it is there and not a regular file")
