"""Makes the declared projects of a checked project file."""

from cli.projects.customer_declared import declared_contracts, declared_mix
from cli.projects.file_model import FileModel
from cli.projects.model import ContractModel, ForecastsModel, ProjectModel
from cli.projects.yaml_lines import Document, Path
from gridfeed.domain.calendar.interval import anchor_seconds
from gridfeed.domain.calendar.period import Period
from gridfeed.domain.declaration.catalogue import Project, SettlementRun
from gridfeed.domain.declaration.contract import ContractShare
from gridfeed.domain.declaration.declared import DeclaredMeter, DeclaredProject

_NO_CONTRACT = ContractModel.model_validate({})
_DEFAULT_GATES = ForecastsModel.model_validate({})


def declared_projects(model: FileModel, document: Document) -> list[DeclaredProject]:
    """Return the projects of a file, with their lines in the file."""
    return [
        _declared(model.tenant, project, document, ("projects", index))
        for index, project in enumerate(model.projects)
    ]


def _declared(
    tenant: str, project: ProjectModel, document: Document, path: Path
) -> DeclaredProject:
    meters = tuple(
        DeclaredMeter(
            meter_number=meter.number,
            capacity_kw=meter.capacity_kw,
            integration=meter.integration,
            hold_limit_seconds=meter.hold_limit_seconds,
            station_load_kw=meter.station_load_kw,
            period=Period(project.midnight(meter.starts), project.midnight(meter.ends)),
            line=document.line((*path, "meters", index)),
            service_point=meter.service_point,
        )
        for index, meter in enumerate(project.meters)
    )
    return DeclaredProject(
        _project(tenant, project),
        meters,
        document.line(path),
        declared_contracts(tenant, project, document, path),
        declared_mix(project),
    )


def _project(tenant: str, project: ProjectModel) -> Project:
    contract = project.contract or _NO_CONTRACT
    gates, settlement = project.forecasts or _DEFAULT_GATES, project.settlement
    return Project(
        cds_productionproject_id=project.id,
        tenant=tenant,
        name=project.name or project.id,
        timezone=project.timezone,
        interval_seconds=project.interval_seconds,
        interval_anchor_seconds=anchor_seconds(project.timezone, project.interval_seconds),
        units=project.units,
        contract_type=contract.type,
        contract_rule=contract.rule,
        contract_start=project.midnight(contract.start),
        contract_end=project.midnight(contract.end),
        shares=tuple(
            ContractShare(share, project.midnight(start), project.midnight(end))
            for share, start, end in contract.terms()
        ),
        settlement_market=settlement.market if settlement else None,
        settlement_runs=_runs(settlement.runs if settlement else {}),
        day_ahead_gate=gates.day_ahead_gate,
        hour_ahead_lead_minutes=gates.hour_ahead_lead_minutes,
        technology=project.technology,
        latitude=project.latitude,
        longitude=project.longitude,
    )


def _runs(runs: dict[str, int]) -> tuple[SettlementRun, ...]:
    by_rank = sorted((version, code) for code, version in runs.items())
    return tuple(SettlementRun(version, code) for version, code in by_rank)
