"""Files people bring: what is taken, under which name, and where its bytes lie.

Bytes lie in the instance folder under their digest, written before the row that names them is
committed: a transaction that fails leaves at most a file nobody names, which harms nothing.
"""

import hashlib
import os
import re
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from roadmap.errors import Invalid, NotFound
from roadmap.web.i18n import _

NAME_LENGTH = 150
_CHUNK = 1 << 16
_HEAD = 2048
_PNG, _JPEG = "image/png", "image/jpeg"
_OFFICE = "application/vnd.openxmlformats-officedocument."

# What may be brought, by the end of its name.
TYPES = {
    "png": _PNG,
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "gif": "image/gif",
    "webp": "image/webp",
    "pdf": "application/pdf",
    "csv": "text/csv",
    "txt": "text/plain",
    "json": "application/json",
    "eml": "message/rfc822",
    "xlsx": _OFFICE + "spreadsheetml.sheet",
    "docx": _OFFICE + "wordprocessingml.document",
    "pptx": _OFFICE + "presentationml.presentation",
    "mp4": "video/mp4",
}
# How their content begins.
_BEGINS = {
    "png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "jpg": re.compile(rb"\xff\xd8\xff"),
    "jpeg": re.compile(rb"\xff\xd8\xff"),
    "gif": re.compile(rb"GIF8[79]a"),
    "webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
    "pdf": re.compile(rb"[\s\S]{0,1000}?%PDF-"),
    "mp4": re.compile(rb".{4}ftyp", re.DOTALL),
}
# What lies inside an office file.
_FOLDERS = {"xlsx": "xl/", "docx": "word/", "pptx": "ppt/"}
_TEXTS = frozenset({"csv", "txt", "json", "eml"})
_WIDE_TEXT = (b"\xff\xfe", b"\xfe\xff")
_MARKUP = re.compile(
    rb"\s*<(?:!doctype\s+html|html|head|body|script|svg|\?xml|iframe)", re.IGNORECASE
)
# They turn the order of the letters around, so that "gpj.exe" reads as "exe.jpg".
_TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class StoredFile:
    """A file whose bytes lie in the instance folder; ``size`` in bytes, ``digest`` its SHA-256."""

    name: str
    media_type: str
    size: int
    digest: str

    def plain(self) -> dict[str, Any]:
        """Return it as a draft keeps it."""
        return asdict(self)


def from_plain(items: Iterable[Any]) -> list[StoredFile]:
    """Return files as a draft kept them."""
    return [StoredFile(**item) for item in items]


def safe_name(name: str) -> str:
    """Return a name that is no path, hides nothing and fits a header; ``file`` if nothing stays."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    bare = "".join(
        letter for letter in _TURNS.sub("", last) if unicodedata.category(letter)[:2] not in _UNSEEN
    )
    # Once more: what stood between a letter and its mark may be gone.
    bare = unicodedata.normalize("NFC", bare)
    bare = re.sub(r'["<>|:*?;%]', "_", bare).strip().rstrip(" .")
    stem, dot, end = bare.rpartition(".")
    if not dot:
        return bare[:NAME_LENGTH] or "file"
    stem = stem.lstrip(" .")[: max(0, NAME_LENGTH - len(end) - 1)].rstrip()
    return f"{stem or 'file'}.{end}"[:NAME_LENGTH].rstrip(" .")


_UNSEEN = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})


def take(folder: Path, name: str, content: IO[bytes], largest: int) -> StoredFile:
    """Store the bytes of a file under their digest; raises Invalid at ``files`` if refused.

    ``folder`` is the instance folder, ``largest`` the size in bytes that is still taken.
    """
    shown = safe_name(name)
    end = shown.rpartition(".")[2].lower()
    if end not in TYPES:
        raise _refused(
            _(
                "%(name)s is of a kind that is not taken. Bring a picture, a PDF, a table, a text, "
                "an office file, a mail or an MP4 film; or put it into a document.",
                name=shown,
            )
        )
    home = folder / "files"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, path = tempfile.mkstemp(dir=home, prefix="coming-")
    waiting = Path(path)
    try:
        with os.fdopen(handle, "wb") as out:
            size, digest = _copy(content, out, largest, shown)
        _check(waiting, end, shown, size)
        _settle(waiting, path_of(folder, digest))
    finally:
        waiting.unlink(missing_ok=True)
    return StoredFile(shown, TYPES[end], size, digest)


def _copy(content: IO[bytes], out: IO[bytes], largest: int, shown: str) -> tuple[int, str]:
    """Copy to the disk itself, and return size and digest."""
    size, digest = 0, hashlib.sha256()
    while part := content.read(_CHUNK):
        size += len(part)
        if size > largest:
            raise _refused(
                _(
                    "%(name)s is larger than %(most)s. Make it smaller, or link to it.",
                    name=shown,
                    most=size_text(largest),
                )
            )
        digest.update(part)
        out.write(part)
    out.flush()
    os.fsync(out.fileno())
    return size, digest.hexdigest()


def _settle(waiting: Path, place: Path) -> None:
    """Give a whole file its name; the same bytes may lie there already."""
    place.parent.mkdir(mode=0o700, exist_ok=True)
    waiting.replace(place)
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _check(path: Path, end: str, shown: str, size: int) -> None:
    """Refuse content that is not what the name says."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if size == 0:
        raise _refused(_("%(name)s is empty. Choose it again.", name=shown))
    if end in _TEXTS:
        wide = head.startswith(_WIDE_TEXT)
        if (b"\0" in head and not wide) or _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf")):
            raise _refused(_("%(name)s is not plain text. Save it as text first.", name=shown))
    elif end in _FOLDERS:
        if not _is_office(path, _FOLDERS[end]):
            raise _not_so(shown, end)
    elif not _BEGINS[end].match(head):
        raise _not_so(shown, end)


def _is_office(path: Path, folder: str) -> bool:
    """Return whether it is an archive with an office document inside, looking at names alone."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    return "[Content_Types].xml" in names and any(name.startswith(folder) for name in names)


def _not_so(shown: str, end: str) -> Invalid:
    return _refused(
        _(
            "%(name)s does not hold what its name says (%(end)s). Save it again in that format.",
            name=shown,
            end=end.upper(),
        )
    )


def _refused(sentence: str) -> Invalid:
    return Invalid.at("files", sentence)


def path_of(folder: Path, digest: str) -> Path:
    """Return where the bytes of a digest lie below the instance folder."""
    if not _DIGEST.fullmatch(digest):
        raise NotFound(_("There is no such file."))
    return folder / "files" / digest[:2] / digest


def size_text(size: int) -> str:
    """Return a size as people say it: 340 kB, 2.4 MB."""
    if size < 1_000:
        return f"{size} B"
    if size < 1_000_000:
        return f"{size / 1_000:.0f} kB"
    return f"{size / 1_000_000:.1f} MB".replace(".0 MB", " MB")
