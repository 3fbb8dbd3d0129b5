"""The media subgraph: artists, albums, tracks, playback, search and jobs."""
