"""Business requirements: intake, triage, discussion, support."""
