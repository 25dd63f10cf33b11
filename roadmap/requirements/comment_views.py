"""The page of what a comment said before."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap.accounts.mentions import names_in
from roadmap.accounts.queries import names_of
from roadmap.requirements import queries
from roadmap.requirements.comment_history import versions
from roadmap.requirements.views import bp
from roadmap.web.guard import may
from roadmap.web.session import db_session


@bp.get("/<key>/comments/<int:comment_id>/history")
@may("requirement.read")
def comment_history(key: str, comment_id: int) -> ResponseReturnValue:
    """Show every wording of a comment, newest first."""
    session = db_session()
    requirement = queries.get_requirement(session, current_user, key)
    said, wordings = versions(session, requirement, comment_id)
    authors = names_of(session, {said.author_id} if said.author_id is not None else set())
    return render_template(
        "requirements/comment_history.html",
        requirement=requirement,
        said=said,
        author=authors.get(said.author_id or 0),
        versions=wordings,
        mentioned=names_in(session, [one.body for one in wordings]),
    )
