"""Pages that compose rooms: home, timeline, launch room, portfolio board, search."""
