"""What scoring says on the page of a requirement."""

from flask import g
from flask_login import current_user

from roadmap.requirements.models import Requirement
from roadmap.scoring.detail import Facts, facts_of, lever_text, standing_sentences
from roadmap.scoring.queries import SCORED_STATES
from roadmap.web.session import db_session
from roadmap.web.templating import draw


def _facts(requirement: Requirement) -> Facts:
    """Return what is said of a requirement, computed once a request."""
    known: tuple[int, Facts] | None = g.get("scoring_facts")
    if known is None or known[0] != requirement.id:
        known = (requirement.id, facts_of(db_session(), requirement.id))
        g.scoring_facts = known
    return known[1]


def score_panel(requirement: Requirement) -> str:
    """Return the part of a requirement's page that shows its scores and what would move it up."""
    facts = _facts(requirement)
    return draw(
        "scoring/_panel.html",
        requirement=requirement,
        facts=facts,
        lever_text=lever_text,
        overridable=current_user.may("requirement.score") and requirement.state in SCORED_STATES,
    )


def standing_panel(requirement: Requirement) -> str:
    """Return one or two sentences on what its place depends on."""
    return draw("scoring/_standing.html", sentences=standing_sentences(_facts(requirement)))
