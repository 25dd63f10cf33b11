"""The checks, one module a topic: each reads the context and yields answers."""
