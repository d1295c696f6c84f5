"""What a table of periods tells of the loop: curves, lags, and the chance that there is nothing."""
