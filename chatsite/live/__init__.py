"""Hints over the websocket: "X changed", never what it changed to."""
