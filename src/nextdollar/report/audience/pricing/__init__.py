"""What a price list comes to, for people and for machines."""
