"""Tables of customers, and what follows from them."""
