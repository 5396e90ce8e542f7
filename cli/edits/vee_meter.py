"""The first step of the commands `vee` and `edit`: find a meter and open the published values."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import typer

from api.comparisons.validation.query import plant_meter
from api.comparisons.validation.shapes import PlantMeter
from api.reading.session import Grant, Session, narrowed
from cli import moments, session
from cli.trouble import TroubleError
from gridfeed.domain.words import ProductionFormat
from gridfeed.settings import Settings

#: A person who may open the database may see everything.
EVERYTHING = Grant(0, "gridfeed")
MEASURED = (ProductionFormat.SCADA, ProductionFormat.SETTLEMENT)


def measured(production_format: ProductionFormat) -> ProductionFormat:
    """Return the production format if it is measured; otherwise the command line is wrong."""
    if production_format not in MEASURED:
        raise typer.BadParameter(f"must be {' or '.join(MEASURED)}: forecasts are not measured")
    return production_format


Meter = Annotated[str, typer.Option(help="Meter number.")]
Interval = Annotated[str, typer.Option(help="Instant, or date in the plant's time zone.")]
Place = Annotated[
    ProductionFormat, typer.Option("--format", callback=measured, help="scada or settlement.")
]


@asynccontextmanager
async def opened(
    settings: Settings, meter_number: str, as_of: str | None = None
) -> AsyncIterator[tuple[Session, PlantMeter]]:
    """Give a session on the published values, of now or as of an instant, and the meter.

    Raises TroubleError.
    """
    async with session.connected(settings) as connection:
        view = await narrowed(connection, EVERYTHING, moments.as_of_instant(as_of))
        yield view, await known(view, meter_number)


async def known(view: Session, meter_number: str) -> PlantMeter:
    """Return the meter. Raises TroubleError if it is not declared."""
    meter = await plant_meter(view, meter_number)
    if meter is None:
        raise TroubleError(f"meter {meter_number} is not declared", "See `gridfeed projects list`.")
    return meter
