"""What describes the data set and its records to others."""
