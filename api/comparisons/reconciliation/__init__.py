"""GET /v1/reconciliation: SCADA against settlement."""
