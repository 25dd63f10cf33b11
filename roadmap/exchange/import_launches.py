"""Store the launches of enhancement tables: dated claims, and nothing that is evidence."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.models import Team
from roadmap.accounts.teams import TeamInput, create_team
from roadmap.db import Database
from roadmap.errors import Invalid
from roadmap.events import publish
from roadmap.exchange.launch_claims import ChecklistClaim, LaunchDraft
from roadmap.exchange.launch_records import LaunchProblem
from roadmap.exchange.launch_report import LaunchReport
from roadmap.exchange.launch_tables import LaunchPlan, plan_launches
from roadmap.history.service import record_all
from roadmap.keys import next_numbers
from roadmap.launches.events import LaunchChanged, LaunchCreated
from roadmap.launches.kinds import LaunchState, LaunchType, PhaseState
from roadmap.launches.models import Launch, Phase
from roadmap.readiness.models import ChecklistItem
from roadmap.web.i18n import _

SOURCE = "enhancements"
# Nobody answered the six questions, and an unanswered one counts as yes: the heaviest tier.
TIER = 1
# Claims stand below the items that our own templates ask for.
FIRST_POSITION = 1_000
PHASE_NAME_LENGTH = 80


def import_launches(
    database: Database, actor_id: int | None, directory: Path, *, dry_run: bool = False
) -> LaunchReport:
    """Import the tables of a folder in one transaction; a dry run stores nothing, reports the same.

    Raise ``TableError`` when the folder cannot be read as such tables.
    """
    plan = plan_launches(directory)
    if dry_run:
        with database.reading() as session:
            return _Import(session, actor_id, plan, directory.name).report(stored=False)
    with database.writing() as session:
        work = _Import(session, actor_id, plan, directory.name)
        work.store()
        return work.report(stored=True)


class _Import:
    """One import: what is here, what the plan adds to it."""

    def __init__(
        self, session: Session, actor_id: int | None, plan: LaunchPlan, folder: str
    ) -> None:
        self.session, self.actor_id, self.plan, self.folder = session, actor_id, plan, folder
        query = select(Launch).where(Launch.source == SOURCE)
        self.here = {row.source_key: row for row in session.scalars(query)}
        self.teams: dict[str, int | None] = {
            row.code: row.id for row in session.execute(select(Team.code, Team.id))
        }
        self.new_teams = sorted(
            {draft.team.lower() for draft in plan.launches if draft.team} - set(self.teams)
        )
        self.new = [one for one in plan.launches if one.external_key not in self.here]
        self.changed = [
            one
            for one in plan.launches
            if one.external_key in self.here and self._differs(self.here[one.external_key], one)
        ]
        self.problems: list[LaunchProblem] = []

    @staticmethod
    def _differs(row: Launch, draft: LaunchDraft) -> bool:
        stored = {name: value for name, value in (row.claim or {}).items() if name != "read_on"}
        return stored != claim_of(draft)

    def store(self) -> None:
        """Store what is new and what changed."""
        for code in self.new_teams:
            try:
                team = create_team(self.session, None, code, TeamInput(name=code))
                self.teams[code] = team.id
            except Invalid as error:
                self.teams[code] = None
                self.problems.append(
                    LaunchProblem(
                        "launches.csv", 0, "", "owning_sig", code, "odd_team", error.message
                    )
                )
        self._create()
        self._update()

    def _create(self) -> None:
        numbers = next_numbers(self.session, Launch.key_prefix, len(self.new)) if self.new else ()
        rows = [
            self._launch(number, draft) for number, draft in zip(numbers, self.new, strict=True)
        ]
        self.session.add_all(rows)
        self.session.flush()
        for row, draft in zip(rows, self.new, strict=True):
            self.session.add_all(_phase(row.id, at, one) for at, one in enumerate(draft.phases, 1))
            self.session.add_all(_item(row.id, draft, claim) for claim in draft.checklist)
        record_all(self.session, self.actor_id, rows, "launch.imported", self.folder)
        for row in rows:
            publish(self.session, LaunchCreated(row.id, self.actor_id))

    def _launch(self, number: int, draft: LaunchDraft) -> Launch:
        now = clock.now()
        return Launch(
            id=number,
            title=draft.title,
            summary=draft.summary,
            type=LaunchType(draft.launch_type),
            state=state_of(draft),
            team_id=self.teams.get(draft.team.lower()),
            tier_answers={},
            tier=TIER,
            claim=claim_of(draft) | {"read_on": now.date().isoformat()},
            source=SOURCE,
            source_key=draft.external_key,
            created_at=now,
            updated_at=now,
        )

    def _update(self) -> None:
        """Renew claims; title and summary follow while nobody changed them, the rest stays."""
        rows = [self.here[draft.external_key] for draft in self.changed]
        items = self._claimed_items([row.id for row in rows])
        for row, draft in zip(rows, self.changed, strict=True):
            said = (row.claim or {}).get("said", {})
            for name in ("title", "summary"):
                if digest(getattr(row, name)) == said.get(name):
                    setattr(row, name, getattr(draft, name))
            row.claim = claim_of(draft) | {"read_on": clock.today().isoformat()}
            row.updated_at = clock.now()
            self._renew_items(row, draft, items.get(row.id, {}))
        record_all(self.session, self.actor_id, rows, "launch.imported_again", self.folder)
        for row in rows:
            publish(self.session, LaunchChanged(row.id, self.actor_id, "launch.imported_again"))

    def _claimed_items(self, ids: Sequence[int]) -> dict[int, dict[str, ChecklistItem]]:
        found: dict[int, dict[str, ChecklistItem]] = {}
        query = select(ChecklistItem).where(
            ChecklistItem.launch_id.in_(ids), ChecklistItem.position > FIRST_POSITION
        )
        for item in self.session.scalars(query):
            found.setdefault(item.launch_id, {})[item.code] = item
        return found

    def _renew_items(
        self, row: Launch, draft: LaunchDraft, here: Mapping[str, ChecklistItem]
    ) -> None:
        """Bring the claims of the items up to date; an item stays when its source drops it."""
        named = set()
        for claim in draft.checklist:
            item = _item(row.id, draft, claim)
            named.add(item.code)
            known = here.get(item.code)
            if known is None:
                self.session.add(item)
                continue
            known.claim = item.claim
            if known.text != item.text:
                # Another question: an answer to the old one does not answer it.
                known.text, known.severity = item.text, item.severity
                known.answer = known.answered_at = known.answered_by = known.valid_until = None
        for code in here.keys() - named:
            here[code].claim = _("No longer in the source.")

    def report(self, *, stored: bool) -> LaunchReport:
        """Return what was done, or would be."""
        drafts = self.plan.launches
        items = [item for draft in drafts for item in draft.checklist]
        return LaunchReport(
            folder=self.folder,
            stored=stored,
            rows=self.plan.rows.get("launches", 0),
            created=len(self.new),
            changed=len(self.changed),
            unchanged=len(drafts) - len(self.new) - len(self.changed),
            refused=self.plan.refused_rows(),
            teams_created=len(self.new_teams),
            states=Counter(state_of(draft).value for draft in drafts),
            needs_person=sum(bool(draft.needs_person) for draft in drafts),
            phases=sum(len(draft.phases) for draft in drafts),
            claims=len(items),
            ticked=sum(item.ticked for item in items),
            approvals=sum(len(draft.approvals) for draft in drafts),
            links=sum(len(draft.links) for draft in drafts),
            quirks=self.plan.quirks,
            problems=(*self.plan.problems, *self.problems),
        )


def state_of(draft: LaunchDraft) -> LaunchState:
    """Return the state a launch gets: one that needs a person is a draft whatever it claims."""
    return LaunchState.DRAFT if draft.needs_person else LaunchState(draft.proposed_state)


def claim_of(draft: LaunchDraft) -> dict[str, Any]:
    """Return everything the tables claim, as JSON; ``as_of`` is the source's own date."""
    dated = draft.dates.updated or draft.dates.created
    return {
        "status": draft.status_claim,
        "stage": draft.stage_claim,
        "as_of": dated.isoformat() if dated else None,
        "needs_person": list(draft.needs_person),
        "proposed_state": draft.proposed_state,
        "type_is_default": draft.type_is_default,
        "latest_milestone": draft.latest_milestone,
        "phases": [asdict(phase) for phase in draft.phases],
        "team": draft.team,
        "other_teams": list(draft.other_teams),
        "people": [asdict(person) for person in draft.people],
        "approvals": [asdict(approval) for approval in draft.approvals],
        "links": [asdict(link) for link in draft.links],
        "checklist": [asdict(item) for item in draft.checklist],
        "answers": [asdict(answer) for answer in draft.answers],
        "motivation": draft.motivation,
        "extra": {name: list(values) for name, values in draft.extra.items()},
        "said": {"title": digest(draft.title), "summary": digest(draft.summary)},
    }


def digest(text: str) -> str:
    """Return a short digest by which two versions of a text are compared."""
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _phase(launch_id: int, position: int, draft: Any) -> Phase:
    label = f"{draft.name} ({draft.milestone})" if draft.milestone else draft.name
    return Phase(
        launch_id=launch_id,
        position=position,
        name=label[:PHASE_NAME_LENGTH],
        share=1.0,
        state=PhaseState.PLANNED,
    )


def _item(launch_id: int, draft: LaunchDraft, claim: ChecklistClaim) -> ChecklistItem:
    dated = draft.dates.updated or draft.dates.created
    ticked = _("ticked at the source") if claim.ticked else _("not ticked at the source")
    when = dated.isoformat() if dated else _("undated")
    return ChecklistItem(
        launch_id=launch_id,
        position=FIRST_POSITION + claim.number,
        code=f"claim-{claim.number}",
        text=claim.text,
        source=_("imported checklist"),
        severity="blocker" if claim.required else "info",
        claim=f"{ticked}, {when}",
    )
