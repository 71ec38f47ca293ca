"""Between the network and Django: what Daphne lacks, a request's way to its view, a stream's way to its reader.

connections  every open connection and its application: Daphne's server with an end that is orderly
channel      one HTTP connection: deadlines for what comes in, refusals before a request is whole
exchange     one request and its response: body limit, back-pressure, the short way for a stream's bytes
gate         who sends waits while the connection still holds what was sent before
sockets      one websocket
forwarded    (pure) which of X-Forwarded-For and -Proto is to be believed
static       files below /static/, without Django
cors         other origins, where they are allowed
lanes        Django in a few threads, one hop per request
interface    the types of ASGI
handover     a stream, once Django has ended its request
refusals     errors as JSON below /api and /v1, and the page that names the setting for an unknown host

`chatsite.server` is the process around it, `chatsite.asgi` the application put together.
"""
