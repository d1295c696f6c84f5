"""Shapes of models: what they hold, what they cost a token, what they keep."""
