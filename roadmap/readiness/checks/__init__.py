"""The checks, one module a topic: each reads the context and yields answers."""

from collections.abc import Callable, Iterator

from roadmap.readiness.answers import Answer
from roadmap.readiness.checks.appeals import check_appeals
from roadmap.readiness.checks.capacity import check_capacity, check_skills
from roadmap.readiness.checks.checklist import check_checklist
from roadmap.readiness.checks.consequences import check_fallbacks, check_money
from roadmap.readiness.checks.coverage import check_coverage
from roadmap.readiness.checks.dependencies import check_dependencies, check_requirements
from roadmap.readiness.checks.guards import check_guards
from roadmap.readiness.checks.mechanisms import check_metrics, check_stages
from roadmap.readiness.checks.policy import check_guidelines, check_training
from roadmap.readiness.context import Context

CHECKS: tuple[Callable[[Context], Iterator[Answer]], ...] = (
    check_coverage,
    check_stages,
    check_metrics,
    check_appeals,
    check_guidelines,
    check_training,
    check_capacity,
    check_skills,
    check_fallbacks,
    check_money,
    check_checklist,
    check_dependencies,
    check_requirements,
    check_guards,
)
