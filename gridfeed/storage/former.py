"""The former migrations 0001 to 0022, which the first of the present files replace.

Both have the same outcome. A database with all former migrations is adopted: the files up to
`LAST_OF_SET` are noted as applied, and nothing else changes. A database with only some of them is
refused.
"""

from collections.abc import Iterable

#: The newest of the files that together have the outcome of all former migrations.
LAST_OF_SET = 31
#: Every text that each former migration had, as its SHA-256, by name. The texts of one migration
#: differ only in a comment, or in granting a role to a user who already has it.
_TEXTS = """
305b69f0ebebd222708a5e06bf873603d076c85cb55e5d55c55b910e8cfdc48f 0001_catalogue
82e1d14e7b7b275683fc42e6f64aaeee657fd9459eaf2c2aa18bac933a145e1f 0002_values
40fbed40fa2702b7982d12922321c9c83427e768aef950cc3d5c302d64c069dc 0002_values
29c10639ba006fcfd6edb8fa263e4f4a2e374578ef2d8dc9e7d0cc9afaf0c011 0003_granted
a3b6be5bfc776eb0e9c7304fdfca2d0c66b6230fb6a407298af8ad9dc810e35c 0003_granted
6546909c75a0949ec91d58cdab58917d736e105a59983218010c0239e26d8347 0004_hypertables
427c5bc45b9816e09c2b333799c115e92a5e2bebfc5210a48ea66a8b79cd69bd 0005_history
75f44c7553bba71625f597e1e6fcd27deea293617e37faefba6a2fe4fcb6931a 0006_granted_history
ac34513d06b9257f7d2e8720fd87ba75252a9e35e4ff7076f12337e8dddf336f 0007_edits
08ce7eee6efe8936c4a69c88d00d647b5126c505b607682ef3fc1a6b405111ad 0008_registers
84b0da47586bc24c983f86a2d354f2ecf2f76fc282d449da79b170b10da99da0 0009_granted_lineage
7068965cf1fb551f6d358145037b28c93cd5259273465db0c2624b8397675e58 0010_customer_data
52da83bb4f99cf9285d0aae845e89fbc5f3d106a7882750447095af0aed5a07b 0011_granted_customer_data
ebb1b2fd78720b99aefd7d9debdb258039250f75d1476985170ff6cfd4f48e9e 0012_published_state
3560a1604923630a9762ebd7a2cb85b40a1b40a77c3a17a15fcf82810dbc6243 0013_days_with_values
b866e1c9b4fe1904cf0f43c909db23a234297b200ee81b4aef2c80de92e2c289 0014_readings_in_segments
483b2248c94716ecfd4c826bd5f362ca9dad18e8cf31cca596d9e9d4106ee100 0015_catalogue_state
ac887b1d5b888e3807f84ccb8f1d173723f0ef7251d46c8ca24aa76650df7438 0016_feed
ae94d70200bff2bf1eb68aa1b21e2e8ce7f45f9f749790a855cc099e80bb14f3 0017_webhooks
fa1e4459489006d78472198e8350f39090353407b1581f0cd3015224c0e1bc2c 0017_webhooks
be4208bb9e00d60269ef3a67e107536635016b5be50e4993f6a10362d7028532 0018_changes_out
c55ef766241598cbc14bc1b6e1d3ad5a924d420b50dfc28f7faa9a269a5fedc2 0019_lost_stretches
efb730bb3ff91d7e097aaf2016aaf45470480192624df74db88c8bed5cc59928 0020_hidden_names
6eff6441bb43103e3d3a62ff8b25ff3e748648151a381f333569abda6f94c39d 0021_webhook_message
363322cbb7a460ba98fce1c55d2d3e7210744026cfb5778032e1d0b5a012abc4 0022_lost_times
"""
#: The valid checksums of each former migration, by its name.
FORMER: dict[str, set[str]] = {}
for _text in _TEXTS.split("\n")[1:-1]:
    _checksum, _name = _text.split()
    FORMER.setdefault(_name, set()).add(_checksum)
_NUMBERED = {int(name[:4]): name for name in FORMER}
NEWEST = _NUMBERED[max(_NUMBERED)]


def numbers(applied: Iterable[int]) -> set[int]:
    """Return the given numbers that are numbers of former migrations."""
    return _NUMBERED.keys() & set(applied)


def is_unfinished(applied: Iterable[int]) -> bool:
    """Return whether a database has some former migrations, but not all."""
    return 0 < len(numbers(applied)) < len(_NUMBERED)


def has_outcome(number: int, applied: Iterable[int]) -> bool:
    """Return whether the applied former migrations have the outcome of this migration."""
    return number <= LAST_OF_SET and bool(numbers(applied))


def changed(number: int, checksum: str | None) -> str | None:
    """Return the name of a former migration whose checksum matches none of its texts, else None."""
    name = _NUMBERED.get(number)
    return name if name and checksum not in FORMER[name] else None
