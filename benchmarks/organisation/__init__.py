"""The reference organisation: seeded rows of every room, the same for the same scale and day.

The rows are written past the sessions, so their history is only for show: such a database does not
pass ``roadmap verify`` and is good for nothing but measuring.
"""
