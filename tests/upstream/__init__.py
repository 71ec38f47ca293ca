"""A scripted upstream: an OpenAI-compatible server that answers, and fails, exactly as it is told.

By hand: `python -m tests.upstream --port 9000`, then OPENAI_BASE_URL=http://127.0.0.1:9000/v1 and send, for example,
`script:{"count":200,"rate":20,"usage":true}` as a message. In tests: `Upstream` (handle.py). What a script can say is
listed in script.py; without one the answer repeats what it was asked.
"""

from .handle import Upstream
from .script import Script, prompt
from .server import Record

__all__ = ["Record", "Script", "Upstream", "prompt"]
