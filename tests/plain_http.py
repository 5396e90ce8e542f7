"""How tests speak http:// to servers of this machine.

httpx reads the certificates of all authorities for every client, also for one of http://, and for
every `httpx.get`. That takes longer than most answers.
"""

import ssl
from typing import Any

#: For httpx.get and httpx.Client: no proxy of the environment, and nobody's certificates.
PLAIN: dict[str, Any] = {"trust_env": False, "verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)}
