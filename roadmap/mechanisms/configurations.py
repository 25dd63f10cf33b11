"""Commands on configurations: a version with everything that changes a mechanism's answers."""

import hashlib
import math
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.errors import Invalid
from roadmap.history.digest import canonical
from roadmap.mechanisms.fields import text
from roadmap.mechanisms.models import Configuration, Mechanism
from roadmap.mechanisms.queries import authorise, configurations, find_configuration
from roadmap.mechanisms.service import reason, told
from roadmap.web.i18n import _

LABEL_LENGTH = 80
MOST_PARAMETERS = 100
VALUE_LENGTH = 20_000


def configuration_digest(label: str, parameters: Mapping[str, Any]) -> str:
    """Return the SHA-256 in hex of the canonical JSON of version and parameters."""
    return hashlib.sha256(canonical({"version": label, "parameters": parameters})).hexdigest()


def add_configuration(
    session: Session,
    actor: Actor | None,
    mechanism: Mechanism,
    label: str,
    parameters: Mapping[str, Any],
) -> Configuration:
    """Store a configuration that does not run yet and return it.

    It never changes: another threshold or prompt is another configuration. The first one of a
    mechanism runs at once.
    """
    authorise(actor, mechanism)
    label = text("label", label, LABEL_LENGTH, required=True)
    checked = _checked(parameters)
    digest = configuration_digest(label, checked)
    known = configurations(session, mechanism.id)
    if any(one.label == label or one.digest == digest for one in known):
        raise Invalid.at(
            "label", _("%(label)s is already registered. A change needs a new name.", label=label)
        )
    found = Configuration(
        mechanism_id=mechanism.id,
        label=label,
        parameters=checked,
        digest=digest,
        is_current=not known,
        created_at=clock.now(),
    )
    session.add(found)
    told(session, actor, mechanism, "mechanism.configuration_added")
    return found


def deploy_configuration(
    session: Session,
    actor: Actor | None,
    mechanism: Mechanism,
    configuration_id: int,
    why: str,
) -> Configuration:
    """Make a configuration the one that runs; evidence of the one before says nothing about it."""
    authorise(actor, mechanism)
    found = find_configuration(session, mechanism, configuration_id)
    if found.is_current:
        raise Invalid(_("%(label)s runs already.", label=found.label))
    words = reason(why, _("Say why this one now runs."))
    for one in configurations(session, mechanism.id):
        if one.is_current:
            one.is_current = False
    # Only one may be current at any moment, so the old one gives way first.
    session.flush()
    found.is_current = True
    told(session, actor, mechanism, "mechanism.configuration_deployed", words)
    return found


def parse_parameters(lines: str) -> dict[str, Any]:
    """Read ``threshold = 0.85`` a line; numbers become numbers, everything else stays text.

    Raises Invalid at `parameters` naming the line.
    """
    found: dict[str, Any] = {}
    for number, line in enumerate(lines.splitlines(), start=1):
        if not line.strip():
            continue
        name, equals, value = line.partition("=")
        name = name.strip()
        if not equals or not name:
            raise Invalid.at("parameters", _("Line %(number)s: write name = value.", number=number))
        if name in found:
            raise Invalid.at(
                "parameters",
                _("Line %(number)s: %(name)s is already given.", number=number, name=name),
            )
        found[name] = _value(value.strip())
    return found


def _value(words: str) -> Any:
    for kind in (int, float):
        try:
            number = kind(words)
        except ValueError:
            continue
        if math.isfinite(number):
            return number
    return words


def _checked(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters whose values are text, whole or finite numbers, or yes/no."""
    if len(parameters) > MOST_PARAMETERS:
        raise Invalid.at("parameters", _("Use at most %(most)s parameters.", most=MOST_PARAMETERS))
    found: dict[str, Any] = {}
    for name, value in parameters.items():
        key = text("parameters", name, 80, required=True)
        if isinstance(value, str):
            value = text("parameters", value, VALUE_LENGTH)
        elif isinstance(value, float) and not math.isfinite(value):
            raise Invalid.at("parameters", _("%(name)s is not a number.", name=key))
        elif not isinstance(value, bool | int | float):
            raise Invalid.at("parameters", _("%(name)s must be text or a number.", name=key))
        found[key] = value
    return found
