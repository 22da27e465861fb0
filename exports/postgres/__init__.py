"""PostgreSQL as live port for BI: the published tables and views, loaded in one transaction."""
