"""What the pages that take a file do alike: ask the settings, name a file, remove it at the end."""

from pathlib import Path
from typing import Any

from flask import after_this_request, current_app
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response


def settings() -> Any:
    """Return the settings, which say where files lie."""
    return current_app.extensions["roadmap_settings"]


def name_of(file: FileStorage, otherwise: str) -> str:
    """Return what a file is called, without the folders some browsers send."""
    return Path((file.filename or "").replace("\\", "/")).name or otherwise


def remove_afterwards(path: Path) -> None:
    """Remove the file once the answer is on its way, so that a failed commit can be tried again."""

    @after_this_request
    def remove(response: Response) -> Response:
        if response.status_code < 400:
            path.unlink(missing_ok=True)
        return response
