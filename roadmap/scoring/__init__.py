"""Scores and ranks: frameworks, formulas, the order of the backlog and how sure it is."""
