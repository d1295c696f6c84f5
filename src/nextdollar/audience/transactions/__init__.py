"""Logs of purchases: who is still active, and what they will buy."""
