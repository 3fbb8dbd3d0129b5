"""Who earns what: splits, accruals and the ledger."""
