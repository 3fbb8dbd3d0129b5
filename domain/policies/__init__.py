"""Who may: one function for each rule, one module for each domain."""
