"""Published laws of metrics, in the letters of their works: error from loss, task ladder, observational."""
