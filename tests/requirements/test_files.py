"""Files: what is taken, how it is stored and handed out, and who may."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import select

from roadmap.db import Database
from roadmap.errors import Invalid, NotFound
from roadmap.history.seal import seal, verify
from roadmap.requirements import files, queries
from roadmap.requirements.models import Attachment
from tests.requirements.conftest import Make, People
from tests.worlds import kept

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
LARGEST = 1_000


def office(folder: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(f"{folder}/main.xml", "<x/>")
    return out.getvalue()


GOOD = {
    "a.png": PNG,
    "a.JPG": b"\xff\xd8\xff\xe0 picture",
    "a.gif": b"GIF89a picture",
    "a.webp": b"RIFF\x10\0\0\0WEBP picture",
    "a.pdf": b"%PDF-1.7 page",
    "a.csv": "Länge;1\n".encode(),
    "utf16.csv": "a;b".encode("utf-16"),
    "a.txt": "ทดสอบ".encode(),
    "a.json": b'{"a": 1}',
    "a.eml": b"From: a@example.org\nSubject: x\n\nwords",
    "a.xlsx": office("xl"),
    "a.docx": office("word"),
    "a.pptx": office("ppt"),
    "a.mp4": b"\0\0\0\x18ftypmp42 film",
}


@pytest.mark.parametrize("name", GOOD)
def test_good_files_lie_under_their_digest(tmp_path: Path, name: str) -> None:
    stored = files.take(tmp_path, name, io.BytesIO(GOOD[name]), LARGEST)
    path = files.path_of(tmp_path, stored.digest)
    assert path.read_bytes() == GOOD[name]
    assert path.parent == tmp_path / "files" / stored.digest[:2]
    assert stored.size == len(GOOD[name])
    assert stored.media_type == files.TYPES[name.rpartition(".")[2].lower()]
    assert files.take(tmp_path, name, io.BytesIO(GOOD[name]), LARGEST) == stored
    left = [one for one in (tmp_path / "files").rglob("*") if one.is_file()]
    assert left == [path]
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.html", b"<html>", "of a kind that is not taken"),
        ("a.svg", b"<svg>", "of a kind that is not taken"),
        ("a.js", b"alert(1)", "of a kind that is not taken"),
        ("a.exe", b"MZ", "of a kind that is not taken"),
        ("noend", b"x", "of a kind that is not taken"),
        ("a.png.html", PNG, "of a kind that is not taken"),
        ("a\u202egnp.html", PNG, "of a kind that is not taken"),
        ("a.png", b"<svg onload=alert(1)>", "does not hold what its name says (PNG)"),
        ("a.pdf", b"MZ program", "does not hold what its name says (PDF)"),
        ("a.xlsx", b"PK\x03\x04 broken", "does not hold what its name says (XLSX)"),
        ("a.xlsx", office("word"), "does not hold what its name says (XLSX)"),
        ("a.csv", b"\x7fELF\0\0\0", "is not plain text"),
        ("a.txt", b"  <!DOCTYPE html><p>", "is not plain text"),
        ("a.txt", b"\xef\xbb\xbf<script>", "is not plain text"),
        ("a.txt", b"", "is empty"),
        ("a.txt", b"x" * (LARGEST + 1), "is larger than 1 kB"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    with pytest.raises(Invalid) as refused:
        files.take(tmp_path / "kept", name, io.BytesIO(content), LARGEST)
    assert sentence in refused.value.fields["files"]
    assert [one for one in (tmp_path / "kept").rglob("*") if one.is_file()] == []


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\me\\a.png", "a.png"),
        ('a"b;c.png', "a_b_c.png"),
        ("a\r\nSet-Cookie: x.png", "aSet-Cookie_ x.png"),
        ("invoice\u202egpj.txt", "invoicegpj.txt"),
        ("...", "file"),
        (".png", "file.png"),
        ("ภาพ หน้าจอ.png", "ภาพ หน้าจอ.png"),
        ("x" * 300 + ".png", "x" * 146 + ".png"),
        ("", "file"),
    ],
)
def test_names_are_no_paths_and_hide_nothing(name: str, safe: str) -> None:
    assert files.safe_name(name) == safe


@example("M\u200d\u0307")
@example("M\x00\u0307.png")
@given(st.text(max_size=400))
def test_any_name_is_made_safe(name: str) -> None:
    safe = files.safe_name(name)
    assert 0 < len(safe) <= files.NAME_LENGTH
    assert not set(safe) & set('/\\"\r\n\0;')
    assert files.safe_name(safe) == safe
    safe.encode()


@pytest.mark.parametrize("digest", ["", "..", "a" * 63, "A" * 64, "../" * 21 + "a", "a" * 65])
def test_what_is_no_digest_names_no_file(tmp_path: Path, digest: str) -> None:
    with pytest.raises(NotFound):
        files.path_of(tmp_path, digest)


def faults(database: Database) -> list[str]:
    """Return what the audit seal says is wrong."""
    with database.writing() as session:
        seal(session, "key")
    with database.reading() as session:
        return [fault.message for fault in verify(session, "key")]


def bring(client: Any, name: str, content: bytes, key: str = "REQ-1") -> Any:
    data = {"files": (io.BytesIO(content), name)}
    return client.post(f"/requirements/{key}/files", data=data)


@pytest.fixture
@kept
def one(database: Database, people: People, make: Make) -> None:
    with database.writing() as session:
        make(session, people.alice)


def test_a_file_comes_back_as_an_attachment_that_no_browser_runs(
    database, cast, one, sign_in
) -> None:
    assert bring(sign_in(cast.charlie), "ภาพ 1.png", PNG).status_code == 303
    reader = sign_in(cast.victor)
    page = reader.get("/requirements/REQ-1").text
    assert "/requirements/REQ-1/files/1" in page
    assert "Add files" not in page
    answer = reader.get("/requirements/REQ-1/files/1")
    assert answer.data == PNG
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]
    answer.close()
    assert "added a file:" in page
    assert faults(database) == []


def test_files_are_handed_out_with_their_requirement_alone(
    database, cast, people, make, one, sign_in, app
) -> None:
    with database.writing() as session:
        make(session, people.alice, "Another one")
    client = sign_in(cast.alice)
    bring(client, "a.png", PNG)
    assert client.get("/requirements/REQ-2/files/1").status_code == 404
    assert client.get("/requirements/REQ-1/files/2").status_code == 404
    assert client.get("/requirements/REQ-9/files/1").status_code == 404
    assert client.post("/requirements/REQ-2/files/1/remove").status_code == 404
    assert app.test_client().get("/requirements/REQ-1/files/1").status_code == 302
    assert bring(sign_in(cast.victor), "b.png", PNG).status_code == 403


def test_a_removed_file_is_gone_and_its_row_stays(database, cast, one, sign_in) -> None:
    charlie = sign_in(cast.charlie)
    bring(charlie, "a.png", PNG)
    assert sign_in(cast.dora).post("/requirements/REQ-1/files/1/remove").status_code == 403
    assert charlie.post("/requirements/REQ-1/files/1/remove").status_code == 303
    assert charlie.get("/requirements/REQ-1/files/1").status_code == 404
    assert charlie.post("/requirements/REQ-1/files/1/remove").status_code == 404
    with database.reading() as session:
        row = session.scalars(select(Attachment)).one()
        assert row.removed_at is not None
    assert "took a file off:" in charlie.get("/requirements/REQ-1").text


def test_the_requester_removes_what_others_brought(database, cast, one, sign_in) -> None:
    bring(sign_in(cast.charlie), "a.png", PNG)
    assert sign_in(cast.alice).post("/requirements/REQ-1/files/1/remove").status_code == 303


def test_refused_files_are_said_on_the_page(cast, one, sign_in, app) -> None:
    client = sign_in(cast.alice)
    answer = bring(client, "a.svg", b"<svg>")
    assert answer.status_code == 422
    assert "of a kind that is not taken" in answer.text
    assert client.post("/requirements/REQ-1/files", data={}).status_code == 422
    app.config["FILES_PER_REQUIREMENT"] = 2
    for number in range(2):
        assert bring(client, "a.txt", b"%d" % number).status_code == 303
    answer = bring(client, "a.txt", b"2")
    assert answer.status_code == 422
    assert "At most 2 files fit." in answer.text
    app.config["FILES_PER_REQUIREMENT"] = 10


def test_good_files_stay_when_another_is_refused(database, cast, one, sign_in) -> None:
    client = sign_in(cast.alice)
    data = {"files": [(io.BytesIO(PNG), "a.png"), (io.BytesIO(b"<svg>"), "b.svg")]}
    answer = client.post("/requirements/REQ-1/files", data=data, follow_redirects=True)
    assert answer.status_code == 200
    assert "b.svg is of a kind that is not taken" in answer.text
    with database.reading() as session:
        assert [row.name for row in session.scalars(select(Attachment))] == ["a.png"]


def test_a_file_without_its_content_says_why(database, cast, one, sign_in, app) -> None:
    client = sign_in(cast.alice)
    bring(client, "a.png", PNG)
    with database.reading() as session:
        digest = session.scalars(select(Attachment)).one().digest
    files.path_of(Path(app.config["INSTANCE_DIR"]), digest).unlink()
    answer = client.get("/requirements/REQ-1/files/1")
    assert answer.status_code == 404
    assert "left behind" in answer.text


def test_a_submission_takes_its_files_along(database, cast, sign_in) -> None:
    data = {
        "title": "With proof",
        "problem": "See the picture.",
        "kind": "tool",
        "files": [(io.BytesIO(PNG), "a.png"), (io.BytesIO(PNG), "the same.png")],
    }
    assert sign_in(cast.alice).post("/requirements", data=data).status_code == 303
    with database.reading() as session:
        assert queries.get_requirement(session, None, 1).title == "With proof"
        assert [row.name for row in session.scalars(select(Attachment))] == ["a.png"]
    assert faults(database) == []


def test_sizes_are_said_as_people_say_them() -> None:
    said = [files.size_text(size) for size in (999, 340_000, 2_400_000, 10_000_000)]
    assert said == ["999 B", "340 kB", "2.4 MB", "10 MB"]
