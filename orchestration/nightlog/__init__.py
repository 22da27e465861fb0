"""The log of a night: what one run came to, as a record, and as a page that is read in a minute."""
