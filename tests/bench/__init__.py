"""Benchmarks: `./run bench NAME` runs the module of that name here; it prints figures and which targets are reached."""
