"""Says in words why the database does not serve Gridfeed, and what to change."""

import ssl

import asyncpg

#: OpenSSL's error numbers for a certificate of another host name or of another address.
_OTHER_HOST = (62, 64)
_URL = "GRIDFEED_DATABASE_URL (postgresql://user:password@host:5432/database)"
#: What to do about each kind of error; the first that fits applies.
_FIXES: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (ssl.SSLError, "Check sslmode, sslcert and sslkey in GRIDFEED_DATABASE_URL."),
    (
        (FileNotFoundError, PermissionError),
        (
            "Check the files that GRIDFEED_DATABASE_URL names (sslrootcert, sslcert, sslkey)"
            " and, without a host, that PostgreSQL runs on this machine."
        ),
    ),
    (
        asyncpg.InvalidAuthorizationSpecificationError,
        f"Check user, password and sslmode in {_URL}.",
    ),
    (
        asyncpg.InsufficientPrivilegeError,
        "Run `gridfeed doctor`: it names each privilege that the role lacks, with the SQL.",
    ),
)


def database_cause(error: BaseException) -> str:
    """Return what went wrong, in the error's own words if they say it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in _OTHER_HOST:
            return f"the server's certificate is for another host name ({error.verify_message})"
        return f"the server's certificate is not trusted ({error.verify_message})"
    return str(error) or type(error).__name__


def database_fix(error: BaseException) -> str:
    """Return what to do about an error, with the setting to change."""
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in _OTHER_HOST:
            return (
                "Use the certificate's host name in GRIDFEED_DATABASE_URL"
                " (sslmode=verify-full compares them)."
            )
        return (
            "Add sslrootcert=/path/of/ca.pem to GRIDFEED_DATABASE_URL:"
            " the PEM file of the CA that signed the server's certificate."
        )
    for kinds, fix in _FIXES:
        if isinstance(error, kinds):
            return fix
    return f"Check that PostgreSQL runs there, or correct {_URL}."
