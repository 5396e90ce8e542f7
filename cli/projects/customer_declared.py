"""Makes the declared customer data of a checked project file."""

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from cli.projects.certificate_model import AggregationModel, CertificateModel
from cli.projects.customer_model import AccountModel, AgreementModel, ServicePointModel
from cli.projects.file_model import FileModel
from cli.projects.model import ProjectModel
from cli.projects.yaml_lines import Document, Path
from gridfeed.domain.calendar.period import Period
from gridfeed.domain.declaration.customer_data import (
    Account,
    Aggregation,
    Certificate,
    CertificateFormat,
    ServiceContract,
    ServicePoint,
    SupplyPart,
)
from gridfeed.domain.declaration.customer_target import DeclaredCustomer
from gridfeed.domain.declaration.customer_words import AggregationType, contract_type_of

_Word = TypeVar("_Word", bound=str)


def declared_customer(model: FileModel, document: Document) -> DeclaredCustomer:
    """Return the declarations of a file besides its projects, with their lines in the file."""
    tenant = model.tenant
    return DeclaredCustomer(
        _account(tenant, model.account, document) if model.account else None,
        tuple(
            _point(tenant, each, document.line(("service_points", place)))
            for place, each in enumerate(model.service_points)
        ),
        tuple(
            _aggregation(tenant, each, document.line(("aggregations", place)))
            for place, each in enumerate(model.aggregations)
        ),
        tuple(
            CertificateFormat(
                tenant=tenant,
                name=each.id,
                title=each.name,
                description=each.description,
                documentation=each.documentation,
                line=document.line(("certificate_formats", place)),
            )
            for place, each in enumerate(model.certificate_formats)
        ),
        tuple(
            _certificate(model, each, document.line(("certificates", place)))
            for place, each in enumerate(model.certificates)
        ),
    )


def declared_contracts(
    tenant: str, project: ProjectModel, document: Document, path: Path
) -> tuple[ServiceContract, ...]:
    """Return the contracts of a project, the present contract first."""
    now = project.contract or AgreementModel.model_validate({})
    return (
        _contract(tenant, project, now, document.line((*path, "contract"))),
        *(
            _contract(tenant, project, each, document.line((*path, "former_contracts", place)))
            for place, each in enumerate(project.former_contracts)
        ),
    )


def declared_mix(project: ProjectModel) -> tuple[SupplyPart, ...]:
    """Return the supply mix of a project."""
    return tuple(
        SupplyPart(
            each.supply_type,
            each.ratio,
            each.attribution,
            each.carbon_intensity,
            Period(project.midnight(each.start), project.midnight(each.end)),
        )
        for each in project.supply_mix
    )


def _account(tenant: str, account: AccountModel, document: Document) -> Account:
    return Account(
        tenant=tenant,
        name=account.id or f"ac-{tenant}",
        account_number=account.number or tenant,
        account_name=account.name or tenant,
        customer_number=account.customer_number,
        account_address=account.address or "",
        account_types=_each_once(account.types),
        account_status=account.status,
        account_entity=account.entity.published() if account.entity else None,
        account_contacts=tuple(each.model_dump() for each in account.contacts),
        line=document.line(("account",)),
    )


def _contract(
    tenant: str, project: ProjectModel, contract: AgreementModel, line: int
) -> ServiceContract:
    return ServiceContract(
        tenant=tenant,
        name=contract.id or f"sc-{project.id}",
        project=project.id,
        contract_number=contract.number,
        contract_address=contract.address or "",
        contract_types=_each_once(contract.types or [contract_type_of(contract.type)]),
        contract_entity=contract.entity.published() if contract.entity else None,
        contract_status=contract.status,
        contract_start=contract.start,
        contract_end=contract.end,
        period=Period(project.midnight(contract.start), project.midnight(contract.end)),
        service_types=_each_once(contract.service_types),
        line=line,
    )


def _point(tenant: str, point: ServicePointModel, line: int) -> ServicePoint:
    return ServicePoint(
        tenant=tenant,
        name=point.number,
        servicepoint_types=_each_once(point.types),
        servicepoint_address=point.address,
        latitude=point.latitude,
        longitude=point.longitude,
        premises=tuple(each.model_dump(by_alias=True) for each in point.premises),
        line=line,
    )


def _aggregation(tenant: str, each: AggregationModel, line: int) -> Aggregation:
    return Aggregation(
        tenant=tenant,
        name=each.id,
        aggregation_number=each.number,
        aggregation_types=_each_once(each.types or _types_of_members(each)),
        account=each.account,
        contracts=_in_order(each.service_contracts),
        points=_in_order(each.service_points),
        meters=_in_order(each.meters),
        aggregations=_in_order(each.aggregations),
        countries=_some(each.countries),
        provinces=_some(each.provinces),
        municipalities=_some(each.municipalities),
        grouped_addresses=tuple(each.addresses),
        grouped_regions=tuple(region.published() for region in each.regions),
        line=line,
    )


def _types_of_members(each: AggregationModel) -> list[AggregationType]:
    members: tuple[tuple[object, AggregationType], ...] = (
        (each.account, "account_number"),
        (each.service_contracts, "contract_number"),
        (each.service_points, "servicepoint_number"),
        (each.meters, "meter_number"),
    )
    return ["confidential", *(kind for some, kind in members if some)]


def _certificate(model: FileModel, each: CertificateModel, line: int) -> Certificate:
    projects = {project.id: project for project in model.projects}
    its = [projects[name] for name in each.projects if name in projects]
    named: Iterable[str] = ()
    if each.beneficiary_type == "servicecontract":
        named = each.service_contracts or (_contract_id(project) for project in its)
    return Certificate(
        tenant=model.tenant,
        name=each.id,
        eac_format=each.format,
        eac_data_url=each.data_url,
        period=_days(projects.get(each.projects[0]), each.start, each.end),
        projects=_in_order(each.projects),
        beneficiary_type=each.beneficiary_type,
        contracts=_in_order(named),
        eac_numbers=tuple(each.numbers),
        line=line,
    )


def _contract_id(project: ProjectModel) -> str:
    return (project.contract.id if project.contract else None) or f"sc-{project.id}"


def _days(project: ProjectModel | None, start: date, end: date) -> Period:
    """Return a period of local days of a project. Without a project the file is refused anyway."""
    return Period(project.midnight(start), project.midnight(end)) if project else Period()


def _each_once(words: Iterable[_Word]) -> tuple[_Word, ...]:
    return tuple(dict.fromkeys(words))


def _in_order(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


def _some(names: Iterable[str] | None) -> tuple[str, ...] | None:
    return tuple(names) if names is not None else None
