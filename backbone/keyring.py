"""The key ring: one file, readable by its owner alone, with the stamps, the wrapping keys and the lookup key.

It is the one thing beside the vault's own tables that no ledger can bring back: it belongs in a backup of its
own.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import stat
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from backbone.remedy import remedy
from schemas.envelope import EVERY_AGENCY, StampKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = [
    "BadKeyRing",
    "KeyRing",
    "RingFile",
    "WrappingKey",
    "create",
    "generate",
    "load",
    "load_or_create",
    "replace",
    "with_new_wrapping",
    "without_wrapping",
]

_VERSION = 1
_STAMP_BYTES = 32
_WRAPPING_BYTES = 16
_LOOKUP_BYTES = 32


class BadKeyRing(ValueError):
    """The key ring cannot be used: the message says why.

    Restore it from its backup; a new one opens nothing old.
    """


@dataclass(frozen=True, slots=True)
class WrappingKey:
    """A named SM4 key under which the vault's data keys are wrapped."""

    name: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All keys of a stack.

    `wrapping` has the one in use first, `stamps` every stamp key by name, retired ones too.
    """

    stamps: Mapping[str, StampKey]
    wrapping: tuple[WrappingKey, ...]
    lookup: bytes = field(repr=False)

    @property
    def door(self) -> StampKey:
        """The key with which a door stamps facts."""
        return self._in_use("door")

    @property
    def backbone(self) -> StampKey:
        """The key with which the backbone stamps effects, ticks, markers and mends."""
        return self._in_use("backbone")

    def _in_use(self, use: str) -> StampKey:
        found = [key for key in self.stamps.values() if key.use == use and not key.retired]
        if not found:
            raise BadKeyRing(f"No {use} key is in use. {remedy(BadKeyRing)}")
        return found[-1]


def generate() -> KeyRing:
    """Make a ring of new random keys; a single door's key that speaks for every agency."""
    door = StampKey("door-1", secrets.token_bytes(_STAMP_BYTES), "door", frozenset({EVERY_AGENCY}))
    backbone = StampKey(
        "backbone-1", secrets.token_bytes(_STAMP_BYTES), "backbone", frozenset({EVERY_AGENCY})
    )
    return KeyRing(
        stamps=_by_name((door, backbone)),
        wrapping=(WrappingKey("wrapping-1", secrets.token_bytes(_WRAPPING_BYTES)),),
        lookup=secrets.token_bytes(_LOOKUP_BYTES),
    )


def create(path: Path) -> KeyRing:
    """Write a new ring to a file that must not exist yet, mode 0600. Raises FileExistsError."""
    ring = generate()
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        _write(temporary, ring)
        # A link fails where a rename would silently replace the keys of a stack that lives.
        path.hardlink_to(temporary)
    finally:
        temporary.unlink(missing_ok=True)
    return ring


def load(path: Path) -> KeyRing:
    """Read a ring.

    Raises FileNotFoundError, and BadKeyRing if others can read the file or it is no key ring.
    """
    with path.open(encoding="utf-8") as file:
        mode = os.fstat(file.fileno()).st_mode
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise BadKeyRing(f"{path} can be read by others: chmod 600 {path}, and ask who has read it.")
        try:
            return _load(json.load(file))
        except (KeyError, TypeError, ValueError) as error:
            raise BadKeyRing(f"{path} is no key ring ({error}). {remedy(BadKeyRing)}") from error


class RingFile:
    """The ring of a file, read again whenever the file was replaced: call it for the ring as it is now."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] = (0, 0)
        self._ring: KeyRing | None = None

    def __call__(self) -> KeyRing:
        """Return the ring. Raises FileNotFoundError, BadKeyRing."""
        found = self._path.stat()
        seen = (found.st_ino, found.st_mtime_ns)
        if self._ring is None or seen != self._seen:
            self._ring, self._seen = self._load(), seen
        return self._ring

    def _load(self) -> KeyRing:
        try:
            return load(self._path)
        except BadKeyRing:
            # A file that was replaced between being opened and being read has been overwritten.
            return load(self._path)


def with_new_wrapping(ring: KeyRing) -> KeyRing:
    """Return the ring with a new wrapping key in use; the others still open what they wrapped."""
    # A name is never used twice, also not after a ring was restored: the database knows which are retired.
    name = f"wrapping-{len(ring.wrapping) + 1}-{secrets.token_hex(4)}"
    made = WrappingKey(name, secrets.token_bytes(_WRAPPING_BYTES))
    return KeyRing(ring.stamps, (made, *ring.wrapping), ring.lookup)


def without_wrapping(ring: KeyRing, names: Iterable[str]) -> KeyRing:
    """Return the ring without some wrapping keys. Raises ValueError if none would be left."""
    gone = set(names)
    kept = tuple(key for key in ring.wrapping if key.name not in gone)
    if not kept:
        raise ValueError("a ring keeps one wrapping key")
    return KeyRing(ring.stamps, kept, ring.lookup)


def replace(path: Path, ring: KeyRing) -> None:
    """Put another ring in the place of a file in one step, and overwrite the bytes of the former one.

    What a copying file system, a snapshot or a backup has kept of the former file is not reached.
    """
    with path.open("r+b") as former:
        size = os.fstat(former.fileno()).st_size
        temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        _write(temporary, ring)
        temporary.replace(path)
        former.write(secrets.token_bytes(size))
        former.flush()
        os.fsync(former.fileno())
    folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def load_or_create(path: Path) -> KeyRing:
    """Read the ring, or write a new one where there is none. Raises BadKeyRing."""
    try:
        return create(path) if not path.exists() else load(path)
    except FileExistsError:
        return load(path)


def _write(path: Path, ring: KeyRing) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(_dump(ring), file, indent=1)
        file.flush()
        os.fsync(file.fileno())


def _by_name(keys: Iterable[StampKey]) -> Mapping[str, StampKey]:
    return MappingProxyType({key.name: key for key in keys})


def _dump(ring: KeyRing) -> dict[str, Any]:
    return {
        "version": _VERSION,
        "stamps": [
            {
                "name": key.name,
                "secret": _text(key.secret),
                "use": key.use,
                "agencies": sorted(key.agencies),
                "retired": key.retired,
            }
            for key in ring.stamps.values()
        ],
        "wrapping": [{"name": key.name, "secret": _text(key.secret)} for key in ring.wrapping],
        "lookup": _text(ring.lookup),
    }


def _load(content: dict[str, Any]) -> KeyRing:
    if content["version"] != _VERSION:
        raise ValueError(f"version {content['version']}, this release reads {_VERSION}")
    stamps = [
        StampKey(
            each["name"],
            _bytes(each["secret"], _STAMP_BYTES),
            _use(each["use"]),
            frozenset(each["agencies"]),
            bool(each["retired"]),
        )
        for each in content["stamps"]
    ]
    wrapping = tuple(
        WrappingKey(w["name"], _bytes(w["secret"], _WRAPPING_BYTES)) for w in content["wrapping"]
    )
    if not wrapping:
        raise ValueError("no wrapping key")
    return KeyRing(_by_name(stamps), wrapping, _bytes(content["lookup"], _LOOKUP_BYTES))


def _use(word: str) -> Any:
    if word not in {"door", "backbone"}:
        raise ValueError(f"no key is for {word!r}")
    return word


def _text(secret: bytes) -> str:
    return base64.b64encode(secret).decode()


def _bytes(text: str, length: int) -> bytes:
    secret = base64.b64decode(text, validate=True)
    if len(secret) != length:
        raise ValueError(f"a key of {len(secret)} bytes where {length} are needed")
    return secret
