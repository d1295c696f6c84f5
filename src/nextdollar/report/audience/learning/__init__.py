"""What users teach a model, for people and for machines: text, JSON, page and charts."""
