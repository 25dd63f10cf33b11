"""A decision as a PDF: what the meeting decided, who was named, and the evidence it rests on.

Moments and days are written the same for every reader, in UTC; sentences as this reader may hear.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.queries import names_of
from roadmap.launches.models import Launch
from roadmap.overview.decision_page import DecisionLine, VoiceLine, part_names
from roadmap.readiness.decision_rules import AnswerKind
from roadmap.readiness.gate_models import ReviewGroup
from roadmap.readiness.gate_words import VOTES
from roadmap.web.i18n import _
from roadmap.web.pdf import Block, Heading, Paper, Paragraph, Table, document


def decision_pdf(session: Session, launch: Launch, line: DecisionLine) -> bytes:
    """Return a decision as PDF; two statements. The same decision and words give the same bytes."""
    decision = line.decision
    evidence = decision.evidence
    people = {v["person"] for v in evidence["votes"]}
    people |= {w["approved_by"] for w in evidence["waivers"] if w["approved_by"] is not None}
    names = names_of(session, people)
    groups = {v["group"] for v in evidence["votes"] if v["group"] is not None}
    query = select(ReviewGroup.id, ReviewGroup.name).where(ReviewGroup.id.in_(sorted(groups)))
    of_groups = {row.id: row.name for row in session.execute(query)}
    blocks: list[Block] = [
        *_decided(line),
        *_named(line),
        *_conditions(line),
        *_open(line),
        *_waivers(evidence["waivers"], names),
        *_votes(evidence["votes"], names, of_groups),
        *_facts(evidence["parts"]),
        *_seal(line),
    ]
    number = _("Decision %(number)s on %(launch)s", number=decision.id, launch=launch.key)
    paper = Paper(
        title=f"{line.kind}: {launch.title}",
        subject=f"{number}, {_('phase %(n)s', n=decision.phase_position)}",
        foot=f"{number}. SHA-256 {decision.evidence_digest}",
        made=decision.at,
    )
    return document(paper, blocks)


def _moment(value: datetime) -> str:
    return f"{value:%Y-%m-%d %H:%M} UTC"


def _day(value: date | None) -> str:
    return value.isoformat() if value is not None else ""


def _word(word: str) -> str:
    return word.replace("_", " ")


def _decided(line: DecisionLine) -> list[Block]:
    decision = line.decision
    rows = [
        (_("Decided by"), ", ".join(voice.name for voice in line.deciders)),
        (_("On the verdict"), _word(decision.word)),
        (_("At"), _moment(decision.at)),
        (_("Recorded by"), line.recorded_by),
    ]
    if decision.expires_on is not None:
        rows.append((_("Holds until"), _day(decision.expires_on)))
        rows.append((_("Reviewed on"), _day(decision.review_on)))
    rows += [(_("Dissent"), f"{voice.name}: {voice.words}") for voice in line.dissent]
    found: list[Block] = []
    if line.against:
        found.append(Paragraph(_("Taken against the verdict."), strong=True))
    if not line.carried:
        found.append(
            Paragraph(
                _(
                    "Too few of those who decided stand by it: no phase goes live on it. Record a "
                    "new decision."
                ),
                strong=True,
            )
        )
    return [*found, Paragraph(decision.statement), Table((1, 4), rows)]


def _said(voice: VoiceLine) -> str:
    if voice.answer is None:
        return _("Not answered")
    word = _("Confirmed") if voice.answer is AnswerKind.CONFIRMED else _("Contested")
    when = _moment(voice.said_at) if voice.said_at is not None else _("by recording it")
    return f"{word}, {when}" + (f": {voice.said}" if voice.said else "")


def _named(line: DecisionLine) -> list[Block]:
    rows = [
        (voice.name, _("dissents") if voice.dissents else _("decides"), _said(voice))
        for voice in line.voices
    ]
    headings = (_("Who"), _("Named as"), _("What they say to it"))
    return [Heading(_("The people it names")), Table((3, 2, 6), rows, headings)]


def _conditions(line: DecisionLine) -> list[Block]:
    if not line.conditions:
        return []
    rows = [(one.text, one.owner, _day(one.due_on)) for one in line.conditions]
    return [Heading(_("Conditions")), Table((6, 3, 2), rows, (_("What"), _("Who"), _("By")))]


def _open(line: DecisionLine) -> list[Block]:
    title = Heading(_("What stood open then"))
    if not line.open:
        return [title, Paragraph(_("Nothing: %(n)s required answers passed.", n=line.answered))]
    rows = [(row.code, _word(row.state), row.says.text) for row in line.open]
    return [title, Table((3, 2, 8), rows, (_("Check"), _("State"), _("Why")))]


def _waivers(waivers: Sequence[dict[str, Any]], names: Any) -> list[Block]:
    if not waivers:
        return []
    rows = [
        (w["code"], w["subject"], names.get(w["approved_by"], ""), str(w["expires_at"])[:10])
        for w in waivers
    ]
    headings = (_("Check"), _("Of"), _("Approved by"), _("Until"))
    return [Heading(_("Waived then")), Table((3, 4, 3, 2), rows, headings)]


def _votes(votes: Sequence[dict[str, Any]], names: Any, groups: Any) -> list[Block]:
    if not votes:
        return []
    said = {vote.value: words for vote, words in VOTES.items()}
    rows = [
        (
            v["gate"],
            groups.get(v["group"], _("the owner's side")),
            names.get(v["person"], _("Somebody")),
            _(said[v["vote"]]) if v["vote"] in said else v["vote"],
            str(v["at"])[:10],
        )
        for v in votes
    ]
    headings = (_("Gate"), _("Group"), _("Who"), _("Word"), _("Day"))
    return [Heading(_("Every word on its gates")), Table((3, 3, 3, 4, 2), rows, headings)]


def _facts(parts: Any) -> list[Block]:
    found: list[Block] = []
    for code, name in part_names():
        values = parts.get(code)
        if values:
            rows = [
                (key, str(value) if value not in (None, "") else _("none"))
                for key, value in sorted(values.items())
            ]
            found += [Heading(name), Table((3, 2), rows)]
    return found


def _seal(line: DecisionLine) -> list[Block]:
    decision = line.decision
    sealed = _("nothing was sealed yet")
    if decision.seal_seq is not None:
        sealed = f"{decision.seal_seq} {decision.seal_hash}"
    unchanged = _("unchanged") if line.intact else _("altered")
    rows = [
        (_("Evidence, SHA-256"), f"{decision.evidence_digest} ({unchanged})"),
        (_("Facts, SHA-256"), decision.facts_digest),
        (_("History sealed up to"), sealed),
        (_("Rules"), decision.rules_version),
    ]
    return [
        Heading(_("Seal")),
        Table((1, 3), rows),
        Paragraph(
            _("“roadmap verify” proves on the server that the record is still what stands here."),
            dim=True,
        ),
    ]
