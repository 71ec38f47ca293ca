"""The tests, one folder for each room of chatsite/. `./run test` runs them all."""
