"""Gates, decisions and an imported sheet, brought about so that the walks find their forms."""

import io
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import load_actor
from roadmap.db import Database
from roadmap.exchange.sheet_answers import SheetAnswers
from roadmap.exchange.sheet_import import import_sheet
from roadmap.launches.access import get_launch
from roadmap.launches.copying import copy_launch
from roadmap.launches.models import Launch
from roadmap.mechanisms.control_service import look_at_new
from roadmap.mechanisms.kept_models import MetricSignal
from roadmap.readiness import gate_groups, gate_service, gate_templates
from roadmap.readiness.decision_models import Decision, Guard
from roadmap.readiness.gate_queries import gates_of
from roadmap.readiness.gate_rules import GateRule
from roadmap.readiness.signed import PARTS
from roadmap.readiness.standing import standing_items
from tests.cast import make_person
from tests.ground.done import Done

STORED = "Launch;RAG;Owner\nLive in Germany;G;Paul\nListing checks;gren;Paul\n"
LATER = "Launch;RAG;Owner\nThai live;G;\nThai shop;gren;\n"
READY = "/launches/LCH-13"


def bring_about_gates(session: Session, person_id: int) -> list[str]:
    """Let two alike launches wait for a person's review group; return where to look."""
    pm = make_person(session, "Paul", "pm")
    session.flush()
    group = gate_groups.create_group(session, None, gate_groups.GroupInput(name="Walkers"))
    for member in (person_id, pm.id):
        gate_groups.set_member(session, None, group, member)
    template = gate_templates.create_template(
        session,
        None,
        gate_templates.TemplateInput(
            name="Walked review",
            rule=GateRule.ALL,
            groups=[group.id],
            signs=list(PARTS),
            max_tier=3,
            questions=[{"code": "q1", "text": "What changes?"}],
        ),
    )
    actor = load_actor(session, pm.id)
    assert actor is not None
    starts = ["/reviews", "/admin/gates", f"/admin/gates/groups/{group.code}"]
    for title in ("Once more", "And again"):
        launch = copy_launch(session, actor, get_launch(session, actor, "LCH-13"), title)
        # The demo has gates of its own.
        gates = gates_of(session, launch.id)
        gate = next(one for one in gates if one.template_id == template.id)
        gate_service.request_review(session, actor, launch, gate, {"q1": "Nothing."})
        starts.append(f"/launches/{launch.key}/gates/{gate.id}")
    return starts


def decide_and_import(done: Done, database: Database, person_id: int) -> None:
    """Record a decision, watch a metric, have one sheet stored and another wait."""
    look_at_new(database)
    import_sheet(database, STORED.encode(), "plan.csv", SheetAnswers())
    done.send("/import/sheet", file=(io.BytesIO(LATER.encode()), "later.csv"))
    go = {"kind": "go", "statement": "All in order.", "deciders-0-person": str(person_id)}
    done.send(f"{READY}/decide", **go)
    guard = {"name": "Walked reports a day", "limit": "400", "max_age_hours": "24", "owner_id": ""}
    done.send(f"{READY}/hypercare/1/guards", **guard)
    with database.reading() as session:
        number = session.scalars(select(Guard.id)).first()
        decided = session.scalars(select(Decision.id).order_by(Decision.id.desc())).first()
        odd = session.scalars(select(MetricSignal.mechanism_id)).first()
        imported = session.scalars(select(Launch.id).where(Launch.title == "Live in Germany")).one()
    with database.reading() as session:
        item = standing_items(session)[0].code
    day = (clock.today() + timedelta(days=90)).isoformat()
    given = {"item_code": item, "market_code": "DE", "surface_code": "live", "valid_until": day}
    done.send("/attestations", **given, evidence="Seen on the record.")
    done.starts += [
        "/attestations",
        f"/mechanisms/MEC-{odd}/control",
        f"{READY}/decide",
        f"{READY}/decisions",
        f"{READY}/decisions/{decided}",
        f"{READY}/hypercare",
        f"{READY}/hypercare/1",
        f"{READY}/hypercare/1/guards",
        f"{READY}/guards/{number}",
        f"{READY}/as-of",
        f"{READY}?tab=gates",
        f"/launches/LCH-{imported}/questions",
        "/week-one/questions",
    ]
