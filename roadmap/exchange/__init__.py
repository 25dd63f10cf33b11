"""Bring records in from other trackers, and say exactly what was not taken.

The room has a pure half and a half that stores. The pure half (``tabular``, ``columns``,
``values``, ``requirement_rows``, ``requirement_links``, ``launch_tables``, ``launch_quirks``)
turns the bytes of a file into a *plan*: drafts of records and a list of problems. It knows neither
the web nor the database.

What "nothing is half-imported" means here:

* A file that cannot be read as a table (wrong encoding, a quote that never closes, too large, no
  title column) is refused whole with one sentence: ``TableError`` or ``MappingError``.
* A row with a *fatal* problem is refused whole. It is listed with its line, column, value and
  reason, and no part of it is stored.
* The accepted rows are stored in one transaction: a failure while storing leaves nothing behind.
* A link is not a row. When a row's parent or relation points at a refused or unknown row, or the
  links form a circle, the row is taken, the link is not, and the link is listed.
* A dry run produces the same plan and the same list, and stores nothing.

Identity, so that importing a file twice changes nothing: the issue key inside the namespace
``jira`` (or the namespace the person names) where the file has issue keys; otherwise the key, the
row number column, or a digest of the title with its occurrence, inside the file's own name.

Imported status is a claim. It is shown and dated, and it is never evidence for readiness.
"""
