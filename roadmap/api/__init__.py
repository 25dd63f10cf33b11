"""REST for programs: thin, on the same commands as the pages, described by OpenAPI 3.1."""
