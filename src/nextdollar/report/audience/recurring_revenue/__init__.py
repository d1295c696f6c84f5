"""Recurring revenue for people and programs."""
