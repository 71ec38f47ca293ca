"""Conversations: trees of messages, and the only door to them."""
