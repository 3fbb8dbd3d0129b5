"""The schemas that are measured."""
