"""Running the site: set-up and tests behind `./run` (setup/), health, and copies of the database."""
