"""Artists, albums, tracks and playback: records and rules."""
