"""The registry of human and automated mechanisms: records, coverage, evidence, certifications."""
