"""The models: embeddings, recommender, model process."""
