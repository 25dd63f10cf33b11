"""The format: documented, complete, and the schema is one."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect

from roadmap.accounts import models as accounts
from roadmap.exchange.workspace import (
    parts_decisions,
    parts_gates,
    parts_launches,
    parts_lists,
    parts_mechanisms,
    parts_own,
    parts_scoring,
)
from roadmap.exchange.workspace import parts_requirements as parts
from roadmap.exchange.workspace.fields import Part
from roadmap.exchange.workspace.mapping import SCOPE
from roadmap.exchange.workspace.reference import START, reference
from roadmap.exchange.workspace.schema import json_schema
from roadmap.exchange.workspace.shipped_files import DEMO, story_path
from roadmap.launches import models as launches
from roadmap.lists import models as lists
from roadmap.mechanisms import models as mechanisms
from roadmap.readiness import attestation_models as attested
from roadmap.readiness import decision_models as decisions
from roadmap.readiness import gate_models as gates
from roadmap.readiness import models as readiness
from roadmap.readiness.elsewhere_models import ElsewhereDecision
from roadmap.requirements import models as requirements
from roadmap.scoring import models as scoring
from roadmap.taxonomy import models as taxonomy

DOCS = Path(__file__).parents[2] / "docs" / "workspace.md"


def test_the_page_describes_the_schema_as_it_is() -> None:
    page = DOCS.read_text()
    assert page[page.index(START) :] == reference(), (
        "run python -m roadmap.exchange.workspace.reference and paste it under Reference"
    )


def test_the_example_of_the_page_is_a_file_that_can_be_imported() -> None:
    from tests.exchange.workspace_files import fresh_database, problems

    example = DOCS.read_text().partition("```json\n")[2].partition("```")[0]
    with fresh_database() as database:
        assert problems(database, example.encode()) == []


def test_the_schema_is_of_the_2020_draft_and_refuses_unknown_fields() -> None:
    schema = json_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["additionalProperties"] is False
    for part in schema["$defs"].values():
        assert part.get("type") != "object" or part["additionalProperties"] is False


@pytest.mark.parametrize(
    "path", [DEMO, *(story_path(n) for n in (1, 3, 4, 5, 7, 8, 12, 13, 14, 18, 19))]
)
def test_shipped_files_say_that_they_are_illustrative(path: Path) -> None:
    assert json.loads(path.read_text())["note"].startswith("Illustrative")


# Part -> its table and the columns that a file does not hold, being computed, placed or secret.
TABLES: list[tuple[type[Part], Any, set[str]]] = [
    (parts_lists.RegionPart, taxonomy.Region, set()),
    (parts_lists.MarketPart, taxonomy.Market, set()),
    (parts_lists.LanguagePart, taxonomy.Language, set()),
    (parts_lists.SurfacePart, taxonomy.Surface, set()),
    (parts_lists.PolicyAreaPart, taxonomy.PolicyArea, set()),
    (parts_lists.PolicyVersionPart, taxonomy.PolicyVersion, set()),
    (parts_lists.PolicyMarketPart, taxonomy.PolicyMarket, {"policy_version_id"}),
    (parts_lists.PolicyLanguagePart, taxonomy.PolicyLanguage, {"policy_version_id"}),
    (parts_lists.CalendarPart, taxonomy.CalendarDay, set()),
    (
        parts_lists.PersonPart,
        accounts.Person,
        {"password_hash", "session_epoch", "created_at"},
    ),
    (parts_lists.TeamPart, accounts.Team, set()),
    (parts_lists.MemberPart, accounts.TeamMember, {"team_id"}),
    (parts_lists.FrameworkPart, scoring.Framework, {"ranks_backlog"}),
    (parts_lists.TemplatePart, readiness.ChecklistTemplate, set()),
    (parts_gates.ReviewGroupPart, gates.ReviewGroup, set()),
    (parts_gates.ReviewMemberPart, gates.ReviewMember, {"group_id"}),
    (parts_gates.ReviewTurnPart, gates.ReviewTurn, {"group_id"}),
    (parts_gates.GateTemplatePart, gates.GateTemplate, set()),
    (parts_gates.GatePart, gates.Gate, {"launch_id", "position"}),
    (parts_gates.GateReviewPart, gates.GateReview, {"launch_id", "gate_id"}),
    # Who takes a denial over is said here: in another database both denials stand.
    (
        parts_gates.GateVotePart,
        gates.GateVote,
        {"launch_id", "gate_id", "takes_over_id", "named_by"},
    ),
    (parts_lists.TemplateItemPart, readiness.TemplateItem, {"template_id", "position"}),
    (parts.RequirementPart, requirements.Requirement, set()),
    (parts.CriterionPart, requirements.AcceptanceCriterion, {"requirement_id", "position"}),
    (parts.EffortPart, requirements.RequirementEffort, {"requirement_id"}),
    (parts.TriageTurnPart, requirements.TriageTurn, set()),
    (parts.SupportPart, requirements.RequirementSupport, {"requirement_id"}),
    (parts.CommentPart, requirements.RequirementComment, {"requirement_id"}),
    (parts.PrerequisitePart, requirements.RequirementLink, {"blocked_id"}),
    (parts.ScorePart, scoring.ScoreEntry, {"requirement_id"}),
    (parts_scoring.CapacityPart, scoring.TeamCapacity, set()),
    (parts_scoring.OverridePart, scoring.ScoreOverride, set()),
    (parts_scoring.BaselinePart, scoring.Baseline, {"framework_id", "rows"}),
    (parts_own.FieldPart, lists.CustomField, {"record_type_of", "created_at"}),
    (parts_own.ViewPart, lists.SavedView, {"list_code", "created_at", "updated_at", "removed_at"}),
    (parts_mechanisms.SitePart, mechanisms.Site, set()),
    (parts_mechanisms.MechanismPart, mechanisms.Mechanism, set()),
    (
        parts_mechanisms.ConfigurationPart,
        mechanisms.Configuration,
        {"mechanism_id", "is_current"},
    ),
    (
        parts_mechanisms.MeasurementPart,
        mechanisms.Measurement,
        {"mechanism_id", "batch_id", "configuration_id"},
    ),
    (
        parts_mechanisms.VoidPart,
        mechanisms.MeasurementVoid,
        # The row in its place is named by the moment it was recorded.
        {"measurement_id", "mechanism_id", "corrected_by_id"},
    ),
    (parts_mechanisms.CertificationPart, mechanisms.Certification, {"mechanism_id"}),
    (parts_launches.LaunchPart, launches.Launch, {"tier"}),
    (parts_launches.PhasePart, launches.Phase, {"launch_id", "position"}),
    (parts_launches.CellPart, launches.LaunchCell, {"launch_id"}),
    (parts_launches.ForecastPart, launches.Forecast, {"launch_id"}),
    (parts_launches.DeliveredPart, launches.LaunchRequirement, {"launch_id"}),
    (parts_launches.MechanismLinkPart, launches.LaunchMechanism, {"launch_id"}),
    (parts_launches.TargetPart, launches.LaunchTarget, {"launch_id", "launch_mechanism_id"}),
    (parts_launches.TrainingNeedPart, launches.TrainingNeed, {"launch_id"}),
    (parts_launches.DependencyPart, launches.LaunchDependency, {"launch_id"}),
    (parts_launches.ChecklistItemPart, readiness.ChecklistItem, {"launch_id", "position"}),
    (parts_launches.WaiverPart, readiness.Waiver, {"launch_id", "renews_id", "claimed"}),
    (parts_decisions.DecisionPart, ElsewhereDecision, {"launch_id"}),
    (parts_decisions.DecisionPart, decisions.Decision, {"launch_id", "evidence"}),
    (parts_decisions.VoicePart, decisions.DecisionVoice, {"launch_id", "decision_id"}),
    (
        parts_decisions.ConditionPart,
        decisions.DecisionCondition,
        {"launch_id", "decision_id", "checklist_item_id"},
    ),
    (parts_decisions.HypercarePart, decisions.Hypercare, {"launch_id"}),
    (parts_decisions.GuardPart, decisions.Guard, {"launch_id"}),
    (parts_decisions.GuardReadingPart, decisions.GuardReading, {"launch_id", "guard_id"}),
    (parts_decisions.WeeklyWordPart, attested.WeeklyWord, {"launch_id", "week"}),
    (parts_decisions.AttestationPart, attested.StandingAttestation, {"claimed"}),
    (parts_launches.GapPlanPart, readiness.GapPlan, {"launch_id"}),
]


@pytest.mark.parametrize(
    ("part", "table", "apart"), TABLES, ids=lambda v: getattr(v, "__name__", "")
)
def test_no_column_of_business_content_is_forgotten(
    part: type[Part], table: Any, apart: set[str]
) -> None:
    columns = {
        attribute.key
        for attribute in inspect(table).column_attrs
        if not attribute.columns[0].info.get("derived")
    }
    held = {part.refs[name][0] if name in part.refs else name for name in part.model_fields}
    if part.pattern is not None:
        held |= set(SCOPE)
    secret = {"password_hash", "session_epoch"}
    assert columns - held - {"id"} == apart - secret
