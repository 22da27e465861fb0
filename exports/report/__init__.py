"""The reports: content as a document model, and the two forms it takes, tagged PDF and web page."""
