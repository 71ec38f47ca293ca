"""What other rooms are told by this one."""

from django.dispatch import Signal

# Sent with `message_ids` before these messages are deleted: whoever still writes them must stop.
closing = Signal()
