"""The curves of the loop: quality by data, churn by quality."""
