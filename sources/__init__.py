"""What comes in: the delivery contracts, landing deliveries in the warehouse, and a synthetic Denmark."""
