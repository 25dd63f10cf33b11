"""What somebody did whose results offer further forms, so that the walks find these."""

import io
import re
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from roadmap import clock
from roadmap.accounts.models import Team
from roadmap.db import Database
from roadmap.exchange.sheet_answers import SheetAnswers
from roadmap.exchange.sheet_import import import_sheet
from roadmap.launches.models import Launch
from roadmap.lists.kinds import BulkState
from roadmap.lists.models import BulkEdit
from roadmap.mechanisms.models import Configuration
from roadmap.requirements.bulk import LIST
from roadmap.requirements.bulk_spec import BulkSpec
from roadmap.requirements.models import Requirement
from tests.ground.crawl import Form, endpoint_of, forms_of

SAMPLE = Path(__file__).parents[1] / "samples" / "jira_cloud.csv"
PICKED = {"picks": "53,57", "add_markets": "DE"}


@dataclass
class Done:
    """A browser that sends forms, and what came of it."""

    app: Flask
    client: FlaskClient
    database: Database
    # Addresses of pages with further forms, and (endpoint, form) of what only an answer showed.
    starts: list[str] = field(default_factory=list)
    forms: list[tuple[str, Form]] = field(default_factory=list)

    def send(self, where: str, **data: object) -> None:
        """Send a form and note the page that comes after it."""
        answer = self._answer(where, data)
        assert answer.status_code == 303, f"{where}: {answer.status_code}"
        self.starts.append(str(answer.location))

    def shown(self, where: str, **data: object) -> list[Form]:
        """Send a form and note the forms of its answer."""
        answer = self._answer(where, data)
        assert answer.status_code == 200, f"{where}: {answer.status_code}"
        forms, _links = forms_of(answer.text, where)
        for form in forms:
            self.forms.append((str(endpoint_of(self.app, form.action, "POST")), form))
        return forms

    def _answer(self, where: str, data: dict[str, object]) -> TestResponse:
        return self.client.post(where, data=data)


def do_what_shows_forms(done: Done, person_id: int) -> None:
    """Send the forms whose results offer further forms."""
    _ask_and_answer(done)
    _keep_views(done)
    _edit_many(done, person_id)
    done.send("/mechanisms/MEC-1/configurations", label="not deployed yet", parameters="cut = 0.9")
    _change_handling(done)
    _send_a_roadmap(done)
    done.shown("/account/tokens", name="Nightly labels", scopes="read", days="30")
    _send_measurements(done)
    done.starts += [
        "/requirements/REQ-1/row",
        "/mechanisms/MEC-1/configurations",
        "/launches/LCH-11/checklist",
    ]


def _ask_and_answer(done: Done) -> None:
    """Support, files and drafts of requirements; one that waits for an answer; an import."""
    with done.database.reading() as session:
        new = session.scalars(
            select(Requirement.id).where(Requirement.state == "submitted").order_by(Requirement.id)
        ).first()
        team = session.scalars(select(Team.id).order_by(Team.id)).first()
    one = "/requirements/REQ-1"
    done.send("/import", file=(io.BytesIO(SAMPLE.read_bytes()), "a.csv"))
    done.send(f"{one}/comments", body="First.")
    done.send(f"{one}/support", support_reason="Me too.")
    done.send(f"{one}/support/enter", source="Ops review", team=str(team))
    done.send(f"{one}/prerequisites", blocker="REQ-7")
    done.send(f"{one}/files", files=(io.BytesIO(b"numbers"), "a.txt"))
    typed = {"title": "Queue for Turkish appeals", "problem": "They wait."}
    done.send("/requirements/drafts", **typed, files=(io.BytesIO(b"more"), "b.txt"))
    done.send("/requirements/drafts", title="Another draft")
    done.send(f"/triage/REQ-{new}", move="ask", reason="Which market is it for?")


def _keep_views(done: Done) -> None:
    """Views of the list, one of them with addresses for spreadsheets."""
    for name in ("Mine", "Of others"):
        done.send("/views/of/requirements", name=name, query="state:accepted", sort="-score")
    view = done.starts[-1].rpartition("view=")[2]
    done.shown(f"/views/{view}/addresses")
    done.starts += ["/views", f"/views/{view}"]


def _change_handling(done: Done) -> None:
    """A launch that changes how long an item takes on its first queue."""
    where = "/launches/LCH-8/handling/new"
    menu = done.client.get(where).text.partition('name="mechanism_id"')[2]
    queue = re.findall(r'<option value="(\d+)"', menu)[0]
    done.send(where, mechanism_id=queue, handling_seconds="40", grade="estimated")
    done.starts.append("/launches/LCH-8/plan")


def _send_a_roadmap(done: Done) -> None:
    """A roadmap sheet that waits to be confirmed, and one that was stored and has questions."""
    sheet = b"Launch,Status,Owner\nFrom a sheet,G,Zoe\n"
    done.send("/import/sheet", file=(io.BytesIO(sheet), "waiting.csv"))
    import_sheet(done.database, sheet, "stored.csv", SheetAnswers())
    with done.database.reading() as session:
        query = select(Launch.id).where(Launch.title == "From a sheet")
        number = session.scalars(query).one()
    done.starts += ["/week-one", "/week-one/questions", f"/launches/LCH-{number}/questions"]


def _send_measurements(done: Done) -> None:
    """A file of measurements that waits to be confirmed."""
    with done.database.reading() as session:
        query = select(Configuration.mechanism_id, Configuration.label).where(
            Configuration.is_current
        )
        running = session.execute(query.order_by(Configuration.id)).first()
    assert running is not None
    header = "mechanism,configuration,metric,numerator,denominator,from,to,sampling,labels"
    row = f"MEC-{running.mechanism_id},{running.label},precision,9,10,2026-01-01,2026-01-31"
    file = f"{header}\n{row},random,human\n".encode()
    done.send("/import/evidence", file=(io.BytesIO(file), "labels.csv"))


def _edit_many(done: Done, person_id: int) -> None:
    """Edits of many rows: one stored, one that the worker refused, one still to be chosen."""
    forms = done.shown("/requirements/bulk/preview", **PICKED)
    apply = next(form for form in forms if form.action.endswith("/apply"))
    done.send(apply.action, **dict(apply.values))
    done.shown("/requirements/bulk/preview", **PICKED | {"add_markets": "FR"})
    with done.database.writing() as session:
        refused = BulkEdit(
            list_code=LIST,
            person_id=person_id,
            state=BulkState.REFUSED,
            spec=BulkSpec({}, {}, {"markets": ["DE"]}, {}, None, "").plain(),
            previewed=[[53, 1], [57, 1]],
            stamp="",
            kept=[],
            created_at=clock.now(),
        )
        session.add(refused)
        session.flush()
        done.starts += [
            f"/requirements/bulk/{refused.id}",
            "/requirements/bulk?pick=53&pick=57",
        ]
