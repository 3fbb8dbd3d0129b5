"""Models: audio embeddings and recommenders; torch is imported by workers only."""
