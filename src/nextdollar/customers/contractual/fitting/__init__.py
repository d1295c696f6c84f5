"""Fits of the laws of retention: likelihoods with their slopes, Newton's method, and draws."""
