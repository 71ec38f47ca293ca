"""The parts of `./run bench page`."""
