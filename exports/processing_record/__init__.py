"""The record of processing activities (GDPR art. 30), made of the delivery contracts, periods and a file of facts."""
