"""Who sees what: the rules of the seed `entitlements`, as roles in PostgreSQL and as files for each role."""
