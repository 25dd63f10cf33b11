"""The query language of lists, its filters, and paging by key."""
