"""The model of a whole project file, and the places of its parts."""

from pydantic import BaseModel, Field, ValidationInfo, field_validator

from cli.projects.certificate_model import (
    AggregationModel,
    CertificateModel,
    FormatModel,
    RegionModel,
    SupplyModel,
)
from cli.projects.customer_model import (
    AccountModel,
    ContactModel,
    EntityModel,
    FormerContractModel,
    PremiseModel,
    ServicePointModel,
)
from cli.projects.model import (
    ContractModel,
    ForecastsModel,
    MeterModel,
    ProjectModel,
    SettlementModel,
    ShareModel,
)
from cli.projects.strict_model import Strict
from cli.projects.words import Tenant


class FileModel(Strict):
    """A project file."""

    tenant: Tenant = Field("default", description="owner of all projects of the file")
    account: AccountModel | None = Field(
        None, description="the tenant's account; null: keep the stored account, or use defaults"
    )
    projects: list[ProjectModel] = Field(description="one or more")
    service_points: list[ServicePointModel] = Field(
        default_factory=list,
        description="details of service points; the others keep stored details, or use defaults",
    )
    aggregations: list[AggregationModel] = Field(
        default_factory=list, description="groups whose values add up, e.g. portfolios"
    )
    certificate_formats: list[FormatModel] = Field(
        default_factory=list, description="formats of the data behind certificates"
    )
    certificates: list[CertificateModel] = Field(
        default_factory=list, description="energy attribute certificates"
    )

    @field_validator("certificates")
    @classmethod
    def _on_known_days(
        cls, certificates: list[CertificateModel], info: ValidationInfo
    ) -> list[CertificateModel]:
        projects = {project.id: project for project in info.data.get("projects", ())}
        for each in certificates:
            if project := projects.get(each.projects[0]):
                project.midnight(each.start)
                project.midnight(each.end)
        return certificates


#: Every model by the key that contains it, in the order of explanation.
MODELS: dict[str, type[BaseModel]] = {
    "": FileModel,
    "account": AccountModel,
    "entity": EntityModel,
    "contacts": ContactModel,
    "projects": ProjectModel,
    "contract": ContractModel,
    "shares": ShareModel,
    "former_contracts": FormerContractModel,
    "supply_mix": SupplyModel,
    "settlement": SettlementModel,
    "forecasts": ForecastsModel,
    "meters": MeterModel,
    "service_points": ServicePointModel,
    "premises": PremiseModel,
    "aggregations": AggregationModel,
    "regions": RegionModel,
    "certificate_formats": FormatModel,
    "certificates": CertificateModel,
}

#: The path to the keys of each model.
PLACES = {
    "": "",
    "account": "account.",
    "entity": "account.entity.",
    "contacts": "account.contacts[].",
    "projects": "projects[].",
    "contract": "projects[].contract.",
    "shares": "projects[].contract.shares[].",
    "former_contracts": "projects[].former_contracts[].",
    "supply_mix": "projects[].supply_mix[].",
    "settlement": "projects[].settlement.",
    "forecasts": "projects[].forecasts.",
    "meters": "projects[].meters[].",
    "service_points": "service_points[].",
    "premises": "service_points[].premises[].",
    "aggregations": "aggregations[].",
    "regions": "aggregations[].regions[].",
    "certificate_formats": "certificate_formats[].",
    "certificates": "certificates[].",
}
