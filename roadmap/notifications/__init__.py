"""Who hears what, why, and how: watches, the inbox, daily and immediate mail."""
