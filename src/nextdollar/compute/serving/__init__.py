"""How fast a model answers, what bounds it, and what was measured."""
