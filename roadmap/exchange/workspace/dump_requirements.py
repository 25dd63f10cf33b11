"""Write requirements as a workspace file has them."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.exchange.workspace import parts_requirements as parts
from roadmap.exchange.workspace.fields import Part
from roadmap.exchange.workspace.mapping import grouped, in_order, without_defaults, write
from roadmap.exchange.workspace.names import Names
from roadmap.exchange.workspace.own_lists import values_by_requirement
from roadmap.requirements.models import (
    AcceptanceCriterion,
    Attachment,
    Requirement,
    RequirementComment,
    RequirementEffort,
    RequirementLink,
    RequirementOrigin,
    RequirementScope,
    RequirementSupport,
    TriageTurn,
)
from roadmap.requirements.rules import ScopeDimension
from roadmap.scoring.models import ScoreEntry

SCOPE_LISTS = {
    "markets": ScopeDimension.MARKET,
    "languages": ScopeDimension.LANGUAGE,
    "surfaces": ScopeDimension.SURFACE,
    "policy_areas": ScopeDimension.POLICY_AREA,
}


def requirements(session: Session, names: Names) -> list[dict[str, Any]]:
    """Return all requirements in the order of their numbers."""
    by = lambda row: row.requirement_id  # noqa: E731 - said once for eight tables
    scope = grouped(session, RequirementScope, by)
    criteria = grouped(session, AcceptanceCriterion, by)
    efforts = grouped(session, RequirementEffort, by)
    support = grouped(session, RequirementSupport, by)
    comments = grouped(session, RequirementComment, by)
    scores = grouped(session, ScoreEntry, by)
    origins = grouped(session, RequirementOrigin, by)
    files = grouped(session, Attachment, by)
    own = values_by_requirement(session, names)
    links = grouped(session, RequirementLink, lambda row: row.blocked_id)

    def lines(part: type[Part], rows: list[Any], *keys: str) -> list[dict[str, Any]]:
        return in_order((write(part, row, names) for row in rows), *keys)

    found = []
    for row in session.scalars(select(Requirement).order_by(Requirement.id)):
        number = row.id
        accepted = sorted(criteria[number], key=lambda c: (c.position, c.id))
        item = write(
            parts.RequirementPart,
            row,
            names,
            key=row.key,
            fields=own.get(number, {}),
            links=[_link(link) for link in row.links],
            criteria=[write(parts.CriterionPart, c, names) for c in accepted],
            efforts=lines(parts.EffortPart, efforts[number], "team"),
            prerequisites=sorted(
                lines(parts.PrerequisitePart, links[number]),
                key=lambda i: _number(i["requirement"]),
            ),
            supporters=lines(parts.SupportPart, support[number], "person", "team"),
            comments=lines(parts.CommentPart, comments[number], "created_at", "author"),
            scores=lines(parts.ScorePart, scores[number], "framework", "scorer"),
            origin=next((write(parts.OriginPart, o, names) for o in origins[number]), None),
            files=in_order(
                (write(parts.FilePart, f, names, sha256=f.digest) for f in files[number]),
                *("created_at", "name"),
            ),
            **{
                name: sorted(s.code for s in scope[number] if s.dimension is dimension)
                for name, dimension in SCOPE_LISTS.items()
            },
        )
        found.append(item)
    return found


def triage_turns(session: Session, names: Names) -> list[dict[str, Any]]:
    """Return who does triage in which week, in order."""
    rows = session.scalars(select(TriageTurn).order_by(TriageTurn.week))
    return [write(parts.TriageTurnPart, row, names) for row in rows]


def _link(link: dict[str, Any]) -> dict[str, Any]:
    values = {"label": link.get("label") or "", "url": link.get("url") or ""}
    return without_defaults(parts.LinkPart, values)


def _number(key: str) -> int:
    return int(key.partition("-")[2])
