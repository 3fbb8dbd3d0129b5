"""Stand-ins for ports; each passes the same contract test as the real adapter."""
