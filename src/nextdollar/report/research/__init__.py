"""What the verbs on training runs say: views, texts, charts and pages."""
