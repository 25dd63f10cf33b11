"""Launches: life cycle, phases, scope, forecast, mechanism links, dependencies, commitment."""
