"""The files of a requirement: bringing, fetching and removing them."""

from pathlib import Path
from typing import IO

from flask import current_app, flash, g, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from roadmap.ahead import Asked
from roadmap.errors import Invalid, NotFound
from roadmap.requirements import attachments, queries
from roadmap.requirements.files import TYPES, path_of
from roadmap.requirements.intake import Limits, take_files
from roadmap.requirements.models import Requirement
from roadmap.requirements.views import bp, record_page
from roadmap.web.guard import may
from roadmap.web.i18n import _
from roadmap.web.session import db_session
from roadmap.web.templating import draw

# For the file chooser of the browser; the server looks itself.
ACCEPT = ",".join(f".{end}" for end in TYPES)


def limits() -> Limits:
    """Return the limits that the settings give."""
    settings = current_app.config
    return Limits(
        Path(settings["INSTANCE_DIR"]),
        settings["FILE_MAX_BYTES"],
        settings["FILES_PER_REQUIREMENT"],
    )


def brought_files() -> list[tuple[str, IO[bytes]]]:
    """Return the files of the form being answered, each with its name."""
    return [(one.filename, one.stream) for one in request.files.getlist("files") if one.filename]


def _back(requirement: Requirement) -> ResponseReturnValue:
    return redirect(url_for("requirements.show", key=requirement.key, _anchor="files"), 303)


@bp.post("/<key>/files")
@may("requirement.comment")
def add_files(key: str) -> ResponseReturnValue:
    """Put files on a requirement; good ones stay when another is refused."""
    session = db_session()
    requirement = queries.get_requirement(session, current_user, key, "comment", lock=True)
    try:
        room = attachments.room_for(session, requirement, limits())
        most = Limits(limits().folder, limits().largest, room)
        files, problems = take_files(most, [], brought_files())
        if files or not problems:
            attachments.add_files(session, current_user, requirement, files)
    except Invalid as error:
        problems = [error.message]
        files = []
    if not files:
        g.file_problems = problems
        return record_page(requirement), 422
    for problem in problems:
        flash(problem, "warning")
    return _back(requirement)


@bp.get("/<key>/files/<int:file_id>")
@may("requirement.read")
def fetch_file(key: str, file_id: int) -> ResponseReturnValue:
    """Send the bytes of a file, to be saved and never to be shown by the browser."""
    requirement = queries.get_requirement(db_session(), current_user, key)
    file = attachments.get_file(db_session(), requirement, file_id)
    path = path_of(limits().folder, file.digest)
    if not path.is_file():
        raise NotFound(
            _("The content of this file is not here: it was left behind when the data was moved.")
        )
    response = send_file(
        path,
        mimetype=file.media_type,
        as_attachment=True,
        download_name=file.name,
        etag=file.digest,
    )
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@bp.post("/<key>/files/<int:file_id>/remove")
@may("requirement.comment")
def remove_file(key: str, file_id: int) -> ResponseReturnValue:
    """Take a file off the page."""
    session = db_session()
    requirement = queries.get_requirement(session, current_user, key, "comment", lock=True)
    attachments.remove_file(session, current_user, requirement, file_id)
    flash(_("The file is removed."), "success")
    return _back(requirement)


def reads(requirement: Requirement) -> list[Asked]:
    """Return what the panel asks."""
    return [attachments.asks_brought(requirement.id)]


def files_panel(requirement: Requirement) -> Markup:
    """Return the panel with files and source, for the page of a requirement."""
    return draw(
        "requirements/_files.html",
        r=requirement,
        brought=attachments.brought_with(db_session(), requirement.id),
        may_add=current_user.may("requirement.comment"),
        may_remove_all=queries.may_edit(current_user, requirement),
        problems=g.get("file_problems", []),
        most=limits().most,
        largest=limits().largest,
        accept=ACCEPT,
    )
