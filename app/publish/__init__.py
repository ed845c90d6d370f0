"""The writer: plan file → validate everything → compare → one transaction → one release."""
