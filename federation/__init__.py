"""The federation engine: compose, plan, execute. It knows nothing about music."""
