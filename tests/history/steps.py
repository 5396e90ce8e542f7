"""What may happen to one meter, and strategies that draw it. Times are seconds after START."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from gridfeed.domain.words import Channel, PointQuality, Product, ProductionFormat, ReadQuality

START = datetime(2026, 3, 1, 12, tzinfo=UTC)  # 05:00 in Denver
QUARTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Rule:
    """How a meter's samples are read; seconds."""

    length: int
    hold: int
    linear: bool


RULES = (Rule(300, 120, False), Rule(900, 900, False), Rule(300, 600, True), Rule(900, 7200, True))


@dataclass(frozen=True)
class Telemetry:
    """Samples (second, watt, quality) of a channel's partition, whose clock goes on by `tick`.

    publish: not only taken in. checkpoint: raw samples and offset are stored too.
    """

    channel: Channel
    samples: tuple[tuple[int, int, PointQuality], ...]
    tick: int
    publish: bool
    checkpoint: bool


@dataclass(frozen=True)
class Crash:
    """A channel's worker loses its memory and reads again what no checkpoint holds."""

    channel: Channel


@dataclass(frozen=True)
class Read:
    """A settlement read of one quarter of an hour; read_at in hours."""

    place: int
    settlement_version: int
    watt_hours: int
    read_at: int
    quality: ReadQuality


@dataclass(frozen=True)
class Reads:
    """A batch of one of two partitions."""

    partition: int
    reads: tuple[Read, ...]


@dataclass(frozen=True)
class Vintage:
    """Mean watts of quarters of an hour from a place on. issued_at in hours, may be negative."""

    product: Product
    issued_at: int
    place: int
    watts: tuple[int, ...]
    spread: int | None


@dataclass(frozen=True)
class Edit:
    """One interval set by hand, or estimated; None: to no value."""

    estimate: bool
    production_format: ProductionFormat
    channel: Channel
    place: int
    watt_hours: int | None


@dataclass(frozen=True)
class Withdraw:
    """One of the edits so far is taken back."""

    nth: int


@dataclass(frozen=True)
class ClockSetBack:
    """All that was recorded until now carries instants ten minutes ahead of the server's clock."""


Step = Telemetry | Crash | Reads | Vintage | Edit | Withdraw | ClockSetBack

places = st.integers(0, 3)
channels = st.sampled_from([Channel.GROSS, Channel.GROSS, Channel.NET])
seconds = st.one_of(st.integers(0, 30).map(lambda minute: 60 * minute), st.integers(0, 3600))
qualities = st.sampled_from([PointQuality.GOOD] * 4 + list(PointQuality))
samples = st.lists(
    st.tuples(seconds, st.sampled_from([-500, 0, 1_000, 1_001, 7_777]), qualities), max_size=4
)
telemetry = st.builds(
    Telemetry,
    channels,
    samples.map(tuple),
    st.sampled_from([0, 40, 90, 700, 5_000]),
    st.sampled_from([True, True, True, False]),
    st.booleans(),
)
reads = st.builds(
    Reads,
    st.integers(0, 1),
    st.lists(
        st.builds(
            Read,
            places,
            st.integers(0, 3),
            st.integers(0, 3),
            st.integers(1, 3),
            st.sampled_from([ReadQuality.VALID, ReadQuality.REVENUE]),
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
)
vintages = st.builds(
    Vintage,
    st.sampled_from(Product),
    # The local day began 5 hours before START; the gates are 19 hours before, and 1 hour.
    st.integers(-21, 1),
    places,
    st.lists(st.sampled_from([0, 1_000, 2_500]), min_size=1, max_size=3).map(tuple),
    st.sampled_from([None, 100]),
)
edits = st.builds(
    Edit,
    st.booleans(),
    st.sampled_from(ProductionFormat),
    channels,
    places,
    st.sampled_from([None, 0, 1, 2]),
)
withdrawals = st.builds(Withdraw, st.integers(0, 5))
one = st.one_of(
    telemetry,
    telemetry,
    telemetry,
    st.builds(Crash, channels),
    reads,
    reads,
    vintages,
    vintages,
    edits,
    edits,
    withdrawals,
    st.just(ClockSetBack()),
)
histories = st.lists(one, min_size=5, max_size=12)
