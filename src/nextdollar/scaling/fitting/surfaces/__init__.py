"""Log losses of laws over fixed runs, with slopes and curvature in fitted coefficients."""
