"""The assets, one module per stage: deliveries, landing, history, warehouse, publication."""
