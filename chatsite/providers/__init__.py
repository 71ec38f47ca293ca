"""Where models are served, and which of them a user may ask."""
