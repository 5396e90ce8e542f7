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
                tenant,
                each.id,
                each.name,
                each.description,
                each.documentation,
                document.line(("certificate_formats", place)),
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
        tenant,
        account.id or f"ac-{tenant}",
        account.number or tenant,
        account.name or tenant,
        account.customer_number,
        account.address or "",
        _each_once(account.types),
        account.status,
        account.entity.published() if account.entity else None,
        tuple(each.model_dump() for each in account.contacts),
        document.line(("account",)),
    )


def _contract(
    tenant: str, project: ProjectModel, contract: AgreementModel, line: int
) -> ServiceContract:
    return ServiceContract(
        tenant,
        contract.id or f"sc-{project.id}",
        project.id,
        contract.number,
        contract.address or "",
        _each_once(contract.types or [contract_type_of(contract.type)]),
        contract.entity.published() if contract.entity else None,
        contract.status,
        contract.start,
        contract.end,
        Period(project.midnight(contract.start), project.midnight(contract.end)),
        _each_once(contract.service_types),
        line,
    )


def _point(tenant: str, point: ServicePointModel, line: int) -> ServicePoint:
    return ServicePoint(
        tenant,
        point.number,
        _each_once(point.types),
        point.address,
        point.latitude,
        point.longitude,
        tuple(each.model_dump(by_alias=True) for each in point.premises),
        line,
    )


def _aggregation(tenant: str, each: AggregationModel, line: int) -> Aggregation:
    return Aggregation(
        tenant,
        each.id,
        each.number,
        _each_once(each.types or _types_of_members(each)),
        each.account,
        _in_order(each.service_contracts),
        _in_order(each.service_points),
        _in_order(each.meters),
        _in_order(each.aggregations),
        _some(each.countries),
        _some(each.provinces),
        _some(each.municipalities),
        tuple(each.addresses),
        tuple(region.published() for region in each.regions),
        line,
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
        model.tenant,
        each.id,
        each.format,
        each.data_url,
        _days(projects.get(each.projects[0]), each.start, each.end),
        _in_order(each.projects),
        each.beneficiary_type,
        _in_order(named),
        tuple(each.numbers),
        line,
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
