"""What fields ask of callers, and operations without what a caller may not see."""
