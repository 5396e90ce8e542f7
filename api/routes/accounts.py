"""GET /cds/v1/accounts."""

from api.documents.accounts import ACCOUNT, BODY, OPTIONAL
from api.parameters import Parameter, words
from api.query.listed import rows_of
from api.represent.objects import Published
from api.routes import cds_parameters as cds
from api.routes.objects import Listing

_PUBLISHED = Published.by(ACCOUNT, tuple(OPTIONAL))

LISTING = Listing(
    name="accounts",
    path="/accounts",
    title="Accounts",
    description="The independent power producers whose projects the token may see, last modified"
    " first (CDS-WG3-01 10.1). A client without details sees no numbers, names and contacts.",
    filters=(
        cds.ACCOUNT_IDS,
        Parameter("customer_numbers", words, f"Customer numbers. {cds.LIST}", "4711"),
        cds.ACCOUNT_NUMBERS,
        Parameter(
            "account_statuses",
            words,
            f"Of active, suspended, closed, unknown. {cds.LIST}",
            "active suspended",
        ),
        cds.Q,
    ),
    body=BODY,
    statement=rows_of("accounts", "age_rank", "cds_account_id"),
    represent=lambda row, grant: _PUBLISHED.shown(row, details=grant.details),
)
router = LISTING.router()
