"""Week one: what a roadmap sheet says against what is known.

The sheet's greens are claims. A green holds where our verdict says go; it is contradicted where a
required check fails; in between nobody knows, and a few questions would settle most of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.errors import NotFound
from roadmap.exchange.sheet_compare import PREFIX, sheet_claim
from roadmap.exchange.sheet_models import LaunchSheet
from roadmap.exchange.sheet_values import Claim
from roadmap.launches.access import visible
from roadmap.launches.models import Launch
from roadmap.overview.gaps import lead_of
from roadmap.overview.queries import speech_for
from roadmap.overview.questions_page import QuestionsPage, open_of
from roadmap.overview.questions_page import load as load_questions
from roadmap.overview.speech import Said
from roadmap.readiness.fresh import evaluate_now
from roadmap.readiness.queries import ShownVerdict, shown, verdicts_for
from roadmap.readiness.verdict import Word
from roadmap.web.i18n import _

AGREED = frozenset({Word.READY, Word.CONDITIONAL, Word.LIVE_OK})
CONTRADICTED = frozenset({Word.NOT_READY, Word.LIVE_BREACH})


@dataclass(frozen=True)
class SheetRow:
    """One launch of the sheet: what it says, what we say, the one reason and its smallest fix."""

    id: int
    key: str
    title: str
    light: str | None
    status: str
    as_of: str
    verdict: ShownVerdict
    reason: Said | None
    fix: Said | None
    owner: str | None
    own_no: tuple[str, ...]

    @property
    def word(self) -> Word:
        """Return our verdict's word."""
        return self.verdict.word


@dataclass(frozen=True)
class WeekOne:
    """The answer to a sheet: its greens in three parts, and what else it says.

    ``better`` are launches the sheet calls amber or red and we find ready; ``unread`` those of
    which the sheet says nothing that can be understood; of ``judging`` no verdict is known yet.
    """

    source: str
    sources: Sequence[str]
    rows: Sequence[SheetRow]
    agreed: Sequence[SheetRow]
    open: Sequence[SheetRow]
    contradicted: Sequence[SheetRow]
    better: Sequence[SheetRow]
    judging: Sequence[SheetRow]
    unread: Sequence[SheetRow]
    questions: QuestionsPage

    @property
    def greens(self) -> int:
        """Return how many launches the sheet calls green."""
        judged = len(self.agreed) + len(self.open) + len(self.contradicted)
        return judged + sum(one.light == Claim.GREEN for one in self.judging)

    @property
    def rest(self) -> Sequence[SheetRow]:
        """Return what the sheet itself does not call green, and we do not find ready."""
        known = {one.id for one in (*self.better, *self.unread, *self.judging)}
        return [one for one in self.rows if one.light != Claim.GREEN and one.id not in known]


def sources_of(session: Session) -> list[str]:
    """Return the names of the sheets that were stored, the newest first."""
    rows = session.execute(
        select(LaunchSheet.source)
        .where(LaunchSheet.state == "done")
        .order_by(LaunchSheet.id.desc())
        .limit(200)
    )
    return list(dict.fromkeys(rows.scalars()))


def newest(session: Session, source: str) -> LaunchSheet | None:
    """Return the last stored state of a sheet."""
    query = select(LaunchSheet).where(LaunchSheet.state == "done", LaunchSheet.source == source)
    return session.scalar(query.order_by(LaunchSheet.id.desc()).limit(1))


def load(session: Session, actor: Actor, wanted: str | None) -> WeekOne | None:
    """Return the answer to a sheet, the newest if none is named; None if none was stored.

    Raise NotFound for a sheet nobody stored.
    """
    sources = sources_of(session)
    if wanted and wanted not in sources:
        raise NotFound(_("No sheet of this name was imported."))
    if not sources:
        return None
    source = wanted or sources[0]
    launches = launches_of(session, actor, source)
    verdicts = verdicts_for(session, [one.id for one in launches])
    rows = rows_of(session, actor, launches, verdicts)
    judged = [one for one in rows if not one.verdict.recomputing]
    green = [one for one in judged if one.light == Claim.GREEN]
    undecided = [one for one in green if one.word not in AGREED | CONTRADICTED]
    owners = {one.id: one.owner_id for one in launches}
    chosen = {one.id: one.verdict for one in undecided}
    return WeekOne(
        source=source,
        sources=sources,
        rows=rows,
        agreed=[one for one in green if one.word in AGREED],
        open=undecided,
        contradicted=[one for one in green if one.word in CONTRADICTED],
        better=[
            one for one in judged if one.light in (Claim.AMBER, Claim.RED) and one.word in AGREED
        ],
        judging=[one for one in rows if one.verdict.recomputing],
        unread=[one for one in judged if one.light is None],
        questions=load_questions(session, actor, open_of(chosen, owners)),
    )


def launches_of(session: Session, actor: Actor, source: str) -> Sequence[Launch]:
    """Return the launches that a sheet brought and the reader may see, in their order."""
    query = select(Launch).where(Launch.source == PREFIX + source).order_by(Launch.id)
    return session.scalars(visible(query, actor)).all()


def all_verdicts(session: Session, ids: Sequence[int]) -> dict[int, ShownVerdict]:
    """Return the verdict of every launch, those computed here too that no page would wait for."""
    found = verdicts_for(session, ids)
    missing = [number for number, one in found.items() if one.recomputing]
    fresh = {number: shown(one) for number, one in evaluate_now(session, missing).items()}
    return {**found, **fresh}


def rows_of(
    session: Session,
    actor: Actor,
    launches: Sequence[Launch],
    verdicts: Mapping[int, ShownVerdict],
) -> list[SheetRow]:
    """Return the launches of a sheet with what it says and what we say."""
    leads = {one.id: lead_of(verdicts[one.id]) for one in launches}
    speech = speech_for(
        session,
        actor,
        [lead for lead in leads.values() if lead is not None],
        people=[one.owner_id for one in launches],
    )
    found = []
    for one in launches:
        claim: Mapping[str, Any] = sheet_claim(one)
        lead = leads[one.id]
        found.append(
            SheetRow(
                id=one.id,
                key=one.key,
                title=one.title,
                light=claim.get("light"),
                status=str((one.claim or {}).get("status", "")),
                as_of=str((one.claim or {}).get("as_of", "")),
                verdict=verdicts[one.id],
                reason=speech.says(lead) if lead is not None else None,
                fix=speech.fix(lead) if lead is not None else None,
                owner=speech.person(
                    lead.owner_id if lead is not None and lead.owner_id else one.owner_id
                ),
                own_no=tuple(k for k, yes in claim.get("answers", {}).items() if not yes),
            )
        )
    return found
