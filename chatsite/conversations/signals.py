"""What other rooms are told by this one."""

from django.dispatch import Signal

# Sent with `message_ids` in the transaction that deletes these messages, before it touches them (whoever ends an answer
# locks its rows in this order, too): whoever still writes them must stop once it is committed.
closing = Signal()
