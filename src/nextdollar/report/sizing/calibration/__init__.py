"""What logs said of the models, for people and programs."""
