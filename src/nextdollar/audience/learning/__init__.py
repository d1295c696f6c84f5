"""What users teach a model: a table of users and quality by week or month, and what follows from it."""
