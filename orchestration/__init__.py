"""One job, from deliveries to publication: its assets, its checks, and the command line that runs it."""
