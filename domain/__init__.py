"""The heart: records and rules, without any I/O."""
