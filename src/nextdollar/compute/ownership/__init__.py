"""Rent, reserve or own: cash by month, prices to come, where it turns."""
