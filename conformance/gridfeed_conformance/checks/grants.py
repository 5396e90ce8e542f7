"""What no reader can see from outside: listed with the reason, so that no number is missing."""

from collections.abc import Callable

from gridfeed_conformance.server import Server
from gridfeed_conformance.verdict import NotApplicableError, check

BEYOND = (
    (29, "2", "Decimals keep the digits that they came with", "S",
     "needs to write to the server's source of data"),
    (95, "7.3.6", "A grant's segment_start trims segments", "S",
     "needs a grant with a bound; CDS-WG1-02"),
    (96, "7.3.7", "A grant's segment_end trims segments", "S",
     "needs a grant with a bound; CDS-WG1-02"),
    (97, "7.2.8.1", "Without value types a segment has no formats and values", "S",
     "needs a grant with include_usage_segment_value_types"),
    (98, "7.2.8.1", "With one value type a segment has that format only", "S",
     "needs a grant with include_usage_segment_value_types"),
    (117, "7, 7.3", "A token's authorization details are absolute and complete", "S",
     "needs to ask for tokens; CDS-WG1-02"),
    (118, "7.4.3", "Unknown preselections are refused where that was asked for", "S",
     "needs to ask for tokens; CDS-WG1-02"),
    (119, "7.1", "Preselections that do not overlap select nothing", "S",
     "needs to ask for tokens; CDS-WG1-02"),
    (120, "7.3.1", "After sync_until a grant's data stand still", "S",
     "needs to write to the server's source of data"),
)  # fmt: skip


def _beyond(reason: str) -> Callable[[Server], None]:
    def run(server: Server) -> None:
        del server
        raise NotApplicableError(reason)

    return run


for number, section, sentence, basis, reason in BEYOND:
    check(number, section, sentence, basis)(_beyond(reason))
