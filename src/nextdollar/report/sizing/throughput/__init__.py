"""Estimates of training speed for people and programs."""
