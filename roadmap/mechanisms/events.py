"""What higher rooms hear from the mechanisms room."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MechanismChanged:
    """A mechanism's record, stage, configuration, coverage or staffing changed."""

    mechanism_id: int


@dataclass(frozen=True)
class EvidenceChanged:
    """Measurements were recorded or voided, or certified people of a mechanism changed."""

    mechanism_id: int
