"""A database that demands TLS: reached where its certificate is right, and named where not."""

import pytest
import trustme

from tests.cli import program


@pytest.fixture
def address(secured, database_url):
    """A function from host and CA to the URL of a database that both are checked for."""

    def url(host: str, ca: object) -> str:
        place = database_url.replace("127.0.0.1", host)
        return f"{place}?sslmode=verify-full&sslrootcert={ca}"

    return url


def test_a_host_and_a_ca_that_are_right_are_accepted(address, secured):
    program.succeed("projects", "list", database_url=address("localhost", secured / "ca.pem"))


def test_another_host_name_is_named_with_the_setting(address, secured):
    result = program.run("projects", "list", database_url=address("127.0.0.1", secured / "ca.pem"))
    assert result.exit_code == 1
    assert "the server's certificate is for another host name" in result.stderr
    assert "Use the certificate's host name in GRIDFEED_DATABASE_URL" in result.stderr


def test_a_ca_that_is_not_trusted_is_named_with_the_setting(address, tmp_path):
    trustme.CA().cert_pem.write_to_path(tmp_path / "ca.pem")
    result = program.run("projects", "list", database_url=address("localhost", tmp_path / "ca.pem"))
    assert result.exit_code == 1
    assert "the server's certificate is not trusted" in result.stderr
    assert "Add sslrootcert=/path/of/ca.pem to GRIDFEED_DATABASE_URL" in result.stderr


def test_a_file_of_cas_that_is_missing_is_named_with_the_setting(address, tmp_path):
    result = program.run("projects", "list", database_url=address("localhost", tmp_path / "none"))
    assert result.exit_code == 1
    assert "Check the files that GRIDFEED_DATABASE_URL names (sslrootcert," in result.stderr
