"""Every setting of every process: environment variables `GRIDFEED_*`, read once."""

from pathlib import Path
from typing import Annotated, Literal, get_args
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import AnyHttpUrl, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gridfeed.combinations import contradictions
from gridfeed.redact import MASK, Redaction
from gridfeed.several import Network, names, networks, origins

Seconds = Annotated[float, Field(gt=0)]
SecurityProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
SaslMechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER", "AWS_MSK_IAM"]


class Settings(BaseSettings):
    """Frozen settings; a fault in any of them prevents the start, and all faults are reported."""

    model_config = SettingsConfigDict(env_prefix="GRIDFEED_", frozen=True, extra="ignore")

    kafka_bootstrap: str = Field("localhost:9092", description="Kafka brokers, comma-separated")
    kafka_group: str = Field("gridfeed", description="consumer group of the workers")
    kafka_session_seconds: Seconds = Field(
        10.0, description="a worker that is silent for this long loses its partitions"
    )
    kafka_security_protocol: SecurityProtocol = Field(
        "PLAINTEXT", description="how to reach the brokers: SSL encrypts, SASL signs in"
    )
    kafka_sasl_mechanism: SaslMechanism | None = Field(
        None,
        description="how SASL signs in: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER or"
        " AWS_MSK_IAM",
    )
    kafka_sasl_username: str | None = Field(None, description="user name for PLAIN and SCRAM")
    kafka_sasl_password: SecretStr | None = Field(None, description="password of that user")
    kafka_ca_file: Path | None = Field(
        None,
        description="PEM file of the CA that signs the brokers' certificates; unset: the system's",
    )
    kafka_certificate_file: Path | None = Field(
        None, description="PEM file of the client certificate, if brokers demand one (mutual TLS)"
    )
    kafka_key_file: Path | None = Field(
        None, description="PEM file of that certificate's key; unset: it is in the same file"
    )
    kafka_key_password: SecretStr | None = Field(
        None, description="password of the key, if it is encrypted"
    )
    kafka_oauth_token_url: AnyHttpUrl | None = Field(
        None, description="endpoint that issues tokens for OAUTHBEARER (client credentials)"
    )
    kafka_oauth_client_id: str | None = Field(None, description="client id at that endpoint")
    kafka_oauth_client_secret: SecretStr | None = Field(None, description="secret of that client")
    kafka_oauth_scope: str | None = Field(None, description="scopes to request, space-separated")
    kafka_aws_region: str | None = Field(
        None, description="region of the Amazon MSK cluster, for AWS_MSK_IAM"
    )
    topic_partitions: int = Field(12, ge=1, description="partitions of topics Gridfeed creates")
    topic_replication: int = Field(1, ge=1, description="replicas of topics Gridfeed creates")
    topic_prefix: str = Field(
        "", description="prefix of every topic's name, if installations share a cluster"
    )
    tenants: str = Field(
        "", description="tenants with their own topics, scada.telemetry.<tenant>; comma-separated"
    )
    schema_registry_url: AnyHttpUrl | None = Field(
        None, description="Confluent-compatible registry, for messages with 00 and a 4-byte id"
    )
    schema_registry_username: str | None = Field(
        None, description="user name for the registry (basic authentication)"
    )
    schema_registry_password: SecretStr | None = Field(None, description="password of that user")
    schema_registry_token: SecretStr | None = Field(
        None, description="bearer token for the registry, instead of a user name"
    )
    schema_registry_ca_file: Path | None = Field(
        None,
        description="PEM file of the CA that signs the registry's certificate; unset: the system's",
    )
    database_url: SecretStr = Field(
        SecretStr("postgresql://postgres@localhost:5432/gridfeed"),
        description="PostgreSQL 16+, with or without TimescaleDB",
    )
    database_pool: int = Field(
        8,
        ge=4,
        description="connections per process; an API process has 5 more, for health,"
        " authentication and the feed",
    )
    api_host: str = Field("127.0.0.1", description="address the API listens on")
    api_port: int = Field(8080, ge=0, le=65535, description="port of the API; 0 picks a free one")
    api_workers: int = Field(1, ge=1, le=64, description="API processes that share the port")
    api_head_seconds: Seconds = Field(
        10.0, description="a connection is closed after this long without a complete request head"
    )
    api_body_seconds: Seconds = Field(
        30.0, description="a connection is closed after this long without a complete request body"
    )
    api_idle_seconds: Seconds = Field(
        75.0, description="an idle connection is closed after this long without another request"
    )
    api_url: str | None = Field(None, description="public base URL, e.g. for next and previous")
    api_name: str = Field("Gridfeed", description="name of the publisher, in the server metadata")
    api_website: str | None = Field(None, description="publisher's page; unset: the API's /docs")
    api_support: str | None = Field(
        None, description="page with help for developers; unset: the API's /docs"
    )
    api_cors_origins: str = Field(
        "",
        description="origins whose pages may read the API in a browser, such as"
        " https://app.example.com; comma-separated, * for all; empty: none",
    )
    table_values: int = Field(
        2_000_000,
        ge=1,
        description="most stored values in one table of usage segments",
    )
    table_spool_bytes: int = Field(
        2**31,
        ge=2**24,
        description="most bytes of finished tables in temporary files, for all clients and API"
        " processes together",
    )
    requests_per_minute: int = Field(
        60_000, ge=1, description="requests of one token per minute, per API process"
    )
    failed_tokens_per_minute: int = Field(
        300, ge=1, description="unknown tokens from one address per minute, per API process"
    )
    requests_per_client: int = Field(
        256, ge=1, description="simultaneous requests of one client, per API process"
    )
    tables_per_client: int = Field(
        4, ge=1, description="simultaneous tables of one client, per API process"
    )
    trusted_proxies: str = Field(
        "",
        description="reverse proxies whose headers Forwarded or X-Forwarded-For, -Proto and -Host"
        " are trusted; addresses or networks, comma-separated, * for all; empty: none",
    )
    worker_metrics_port: int | None = Field(
        None,
        ge=0,
        le=65535,
        description="port for a worker's /healthz, /readyz and /metrics; unset: none",
    )
    publish_seconds: Seconds = Field(1.0, description="how often values are published")
    checkpoint_seconds: Seconds = Field(15.0, description="how often to store samples and offsets")
    grace_seconds: float = Field(
        60.0, ge=0, description="an interval becomes final this long after its end and last change"
    )
    retention_days: int = Field(
        7300, ge=1, description="readings and forecasts older than this are rejected as too_late"
    )
    open_detail_hours: float = Field(
        1.0,
        gt=0,
        description="how long every update of an open interval is kept; later one a minute",
    )
    open_history_days: int = Field(
        7, ge=1, description="how long as_of returns values that intervals had while they were open"
    )
    future_seconds: float = Field(
        300.0, ge=0, description="how far ahead of the clock a reading may be"
    )
    max_clock_drift_seconds: Seconds = Field(
        30.0, description="how far a clock may differ from the database's before workers wait"
    )
    forecast_days: int = Field(
        400, ge=1, le=36_500, description="how many days ahead of the clock a forecast may reach"
    )
    capacity_factor: float = Field(
        10.0, gt=1, description="power above capacity times this factor is rejected as out_of_range"
    )
    changes_to_kafka: bool = Field(
        default=True, description="whether workers publish the change feed to segments.changes"
    )
    changes_retention_days: int = Field(
        14, ge=1, description="how long changes are kept, in the feed and in segments.changes"
    )
    feed_poll_seconds: Seconds = Field(
        0.1, description="how often the API looks for changes while a client follows the feed"
    )
    streams: int = Field(12_000, ge=1, description="open streams of all clients per API process")
    streams_per_client: int = Field(
        6_000, ge=1, description="open streams of one client per API process"
    )
    stream_heartbeat_seconds: Seconds = Field(
        10.0, description="how often an idle stream sends a heartbeat"
    )
    stream_send_seconds: Seconds = Field(
        20.0, description="a stream is closed if its client reads nothing for this long"
    )
    webhook_dispatch: bool = Field(
        default=True, description="whether this API process delivers webhooks"
    )
    webhook_timeout_seconds: Seconds = Field(
        15.0, description="time limit of one delivery, from name resolution to the answer's end"
    )
    webhook_concurrency: int = Field(256, ge=1, description="deliveries at once per API process")
    webhook_allow_http: bool = Field(
        default=False, description="whether webhook URLs may use http, not only https"
    )
    webhook_allow_private: bool = Field(
        default=False, description="whether webhook URLs may lead to addresses that are not public"
    )
    webhook_networks: str = Field(
        "", description="private networks webhooks may reach, e.g. 10.1.0.0/16; comma-separated"
    )
    log_level: str = Field(
        "INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="lowest level that is logged"
    )
    log_json: bool = Field(default=False, description="write log lines as JSON")

    @field_validator("trusted_proxies", "webhook_networks")
    @classmethod
    def _are_networks(cls, text: str) -> str:
        networks(text)
        return text

    @field_validator("api_cors_origins")
    @classmethod
    def _are_origins(cls, text: str) -> str:
        origins(text)
        return text

    @property
    def cors_origins(self) -> tuple[str, ...]:
        """Return the origins whose pages may read the API; * means every origin."""
        return origins(self.api_cors_origins)

    @property
    def proxy_networks(self) -> tuple[Network, ...]:
        """Return the networks from which trusted reverse proxies connect."""
        return networks(self.trusted_proxies)

    @property
    def webhook_exceptions(self) -> tuple[Network, ...]:
        """Return the networks that webhooks may reach although they are not public."""
        return networks(self.webhook_networks)

    @property
    def tenant_names(self) -> tuple[str, ...]:
        """Return the tenants with their own topics."""
        return names(self.tenants)


class BadSettingsError(Exception):
    """One line per wrong setting: its name, the value seen, what is accepted."""


def load(**overrides: object) -> Settings:
    """Read the environment; `overrides` are command-line options and take precedence.

    Raises BadSettingsError with every fault at once.
    """
    chosen = {name: value for name, value in overrides.items() if value is not None}
    try:
        settings = Settings(**chosen)  # type: ignore[arg-type]
    except ValidationError as error:
        raise BadSettingsError("\n".join(_fault(fault) for fault in error.errors())) from None
    given = {name: value for name, value in settings if value is not None}
    if faults := contradictions(given):
        raise BadSettingsError("\n".join(faults))
    return settings


def secret_values(settings: Settings) -> list[str]:
    """Return every secret that is set, and passwords in addresses; no log line may contain one."""
    texts = [
        value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in settings
        if isinstance(value, SecretStr | AnyHttpUrl)
    ]
    return [secret for text in texts for secret in (_secrets_in(text) if "://" in text else [text])]


def _secrets_in(address: str) -> list[str]:
    try:
        parts = urlsplit(address)
    except ValueError:
        return [address]
    query = [value for name, value in parse_qsl(parts.query) if "password" in name]
    plain = [parts.password, *query]
    return [form for each in plain if each for form in {each, unquote(each)}]


def _fault(fault: object) -> str:
    assert isinstance(fault, dict)
    name = str(fault["loc"][0])
    field = Settings.model_fields[name]
    secret = SecretStr in (field.annotation, *get_args(field.annotation))
    seen = MASK if secret else Redaction()(repr(fault["input"]))
    return f"GRIDFEED_{name.upper()}={seen}: {fault['msg']} ({field.description})"
