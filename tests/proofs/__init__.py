"""The promises that take long to show: kills, latency."""
