"""Import every table, for migrations and tools that need the whole schema."""

import roadmap.accounts.models
import roadmap.capacity.models
import roadmap.exchange.models
import roadmap.exchange.sheet_models
import roadmap.history.models
import roadmap.jobs
import roadmap.keys
import roadmap.launches.models
import roadmap.lists.models
import roadmap.mechanisms.kept_models
import roadmap.mechanisms.models
import roadmap.notifications.asked_models
import roadmap.notifications.models
import roadmap.readiness.attestation_models
import roadmap.readiness.decision_models
import roadmap.readiness.elsewhere_models
import roadmap.readiness.gate_models
import roadmap.readiness.models
import roadmap.requirements.models
import roadmap.scoring.models
import roadmap.taxonomy.models  # noqa: F401
