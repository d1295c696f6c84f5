"""What would make a fleet cheaper, lever beside lever."""
