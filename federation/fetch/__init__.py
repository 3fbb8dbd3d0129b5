"""The words that planning and transport share."""
