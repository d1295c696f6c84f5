"""Series of GPU rents, and how their movement is fitted."""
