from gridfeed.avro import framing


def test_a_single_object_header_is_the_marker_and_the_fingerprint():
    header = framing.single_object_header(bytes(range(8)))
    assert header.hex() == "c3010001020304050607"
    assert framing.header(header + b"body") == header
    assert framing.schema_id(header) is None


def test_a_registered_header_is_zero_and_the_id_big_endian():
    header = framing.confluent_header(70_000)
    assert header.hex() == "0000011170"
    assert framing.header(header + b"body") == header
    assert framing.schema_id(header) == 70_000


def test_what_is_too_short_has_no_header():
    assert framing.header(b"\xc3\x01" + bytes(7)) is None
    assert framing.header(bytes(4)) is None
    assert framing.header(b"") is None
    assert framing.header(None) is None


def test_the_ids_of_a_batch_are_those_of_its_registered_messages():
    values = [None, b"", bytes(4), b"\xc3\x01" + bytes(8), b"\x00\x00\x00\x00\x07x", b"\x00" * 5]
    assert set(framing.schema_ids(values)) == {7, 0}
