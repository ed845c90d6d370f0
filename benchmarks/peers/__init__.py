"""Those that the service is measured against, each set up as its own documentation recommends."""
