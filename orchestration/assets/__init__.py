"""The assets, one module per stage: deliveries, landing, warehouse, publication."""
