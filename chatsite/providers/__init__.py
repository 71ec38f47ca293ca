"""Where models are served, and which of them a user may ask.

models.py       Provider and Model; `resolve` finds the Target of one answer, `offered` what a user may choose from
environment.py  the provider that OPENAI_API_KEY and OPENAI_BASE_URL describe; discovery.py asks it for its models
demo/           the provider that answers when there is no other: the same wire, another transport
clients.py      the SDK client of a Target; failures.py says in one word what went wrong with it
probe.py        what an administrator asks of a provider on /connect: its models, a try
views.py        /connect
"""
