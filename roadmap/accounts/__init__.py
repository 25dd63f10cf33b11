"""People, teams, roles, sign-in."""
