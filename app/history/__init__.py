"""What the clocks know: what became of a promise, what changed, and since when."""
