"""What changed, who, when and why: the append-only event stream, its seal and its feeds."""
