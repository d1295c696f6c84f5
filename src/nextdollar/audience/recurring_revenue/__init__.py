"""Recurring revenue from a ledger or an export of subscriptions: movements, what is kept, cohorts."""
