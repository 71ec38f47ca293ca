"""The straight line: from a request to text that survives. Read the files in this order.

    views ──► run ──► upstream ──► journal ──► follow ──► sse ──► (browser) chat.ts ──► fold.ts ──► blocks.ts

views      HTTP: what may be asked, and the answer's headers.
start      the rows a generation begins with, in one transaction: which message may follow which.
run        lifetime: a generation is a task of the process, not of the request that asked for it.
upstream   the model's API: the openai SDK opens the stream, its raw bytes become events, reading slows under load.
journal    durability: one writer thread commits whatever waits, and only then is anybody told.
feed       what the process remembers of one message's frames, and who waits for more.
follow     reading: replay from any cursor, then tail; the first reading and a resumed one are this same code.
lease      who owns a generation: a fenced heartbeat, and the end that is written for a dead owner.
events     (pure) what can happen in an answer, and `fold`, which makes the message of it.
sse        (pure) events as `text/event-stream`.

Beside the line: `asked` (the fields of a request), `decode` (a provider's bytes as events), `pacing` (how often a
socket is read), `elsewhere` (what other processes write), `rows` and `models` (the tables), `threads` (where the
database is touched), `trouble` (what a database error means), `house` (the parts of one process, put together).

Why it is so (the record of decisions):

* Nothing reaches a reader before it is in the journal. What was seen is therefore never lost, and a reader is nothing
  but a cursor: first reading, resuming, a second tab and an admin are one code path.
* The writer has no timer. While one commit runs the next batch gathers, so batches grow with load by themselves.
* A process may write only while its lease holds: every commit first raises `beat` where `epoch` is still its own. A
  process that was stopped and came back finds the epoch raised and writes nothing.
* One terminal event, last, in one transaction with the status, by guarded update: the first writer wins.
* The only place that slows down is the upstream read. Merging writes saves almost nothing; waking less often does.
* Threads: the loop, one writer, a few for reads and starts. Never one per stream.
"""
