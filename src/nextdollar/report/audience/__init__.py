"""Answers on customers for people and for machines: text, JSON, pages and charts."""
