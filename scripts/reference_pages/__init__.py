"""The pages of docs/reference, each made from what the package itself says."""
