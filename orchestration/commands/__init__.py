"""The commands of `erhvervshus`, one module each; what is slow to import is imported when the command runs."""
