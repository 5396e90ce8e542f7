"""Production projects and meter devices (CDS-WG3-01 10.4, the seed's endpoint) as JSON; pure."""

from api.listings.catalogue import MeterDevice, Project
from gridfeed.domain.words import ProductionFormat, ReadingValidity


def production_project(project: Project) -> dict[str, object]:
    """Return a project as a JSON object; the seed's `_date` fields are instants.

    Only a client with details sees its name.
    """
    return {
        "cds_productionproject_id": project.cds_productionproject_id,
        "cds_created": project.created_at,
        "cds_modified": project.modified_at,
        "cds_synced": project.synced_at,
        "contract_start_date": project.contract_start,
        "contract_end_date": project.contract_end,
        "meter_number": project.meter_numbers,
        "available_formats": [f for f in ProductionFormat if f in project.production_formats],
        "contract_rule": project.contract_rule,
        "contract_type": project.contract_type,
        "available_reading_validity": [
            v for v in ReadingValidity if v in project.reading_validities
        ],
        "timezone": project.timezone,
        "related_accounts": project.cds_account_ids,
        "related_servicecontracts": project.cds_servicecontract_ids,
        "related_servicepoints": project.cds_servicepoint_ids,
        "related_meterdevices": project.cds_meterdevice_ids,
        **({"gridfeed_name": project.name} if project.name is not None else {}),
    }


def meter_device(meter: MeterDevice, *, details: bool) -> dict[str, object]:
    """Return a meter as a JSON object; only a client with details sees its number in it (7.2.4.1).

    It may search by number nevertheless: it sees the numbers in its projects.
    """
    return {
        "cds_meterdevice_id": meter.cds_meterdevice_id,
        "cds_created": meter.created_at,
        "cds_modified": meter.modified_at,
        "cds_synced": meter.synced_at,
        **({"meter_number": meter.meter_number} if details else {}),
        "meter_types": [
            "electric_usage",
            "electric_demand",
            "physical_meter",
            "bidirectional" if meter.bidirectional else "reverse_only",
        ],
        "current_servicepoints": meter.current_servicepoints,
        "previous_servicepoints": meter.previous_servicepoints,
    }
