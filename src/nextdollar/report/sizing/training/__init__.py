"""Estimates of training for people and programs."""
