"""The enumerations of CDS-WG3-01 that the checks compare with; section numbers are its own."""

import re

DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
E164 = re.compile(r"\+\d{6,15}", re.ASCII)
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
RULE = re.compile(r"(100(\.0+)?|[0-9]{1,2}(\.[0-9]+)?)%")

DATE_TIMES = {
    "cds_created", "cds_modified", "cds_synced", "segment_start", "segment_end", "period_start",
    "period_end", "contract_start_date", "contract_end_date", "gridfeed_issued_at",
}  # fmt: skip
DATES = {"contract_start", "contract_end"}
DECIMALS = {"eu", "ed", "sm", "ci", "wu", "gu", "fu", "c", "cu", "f", "interval", "latitude",
            "longitude", "balance"}  # fmt: skip

# 10.1.2, 10.1.3
ACCOUNT_TYPES = {
    "customer", "thirdparty", "internal", "parent", "child", "test", "residential", "commercial",
    "industrial", "agriculture", "municipal", "billed_monthly", "billed_quarterly",
}  # fmt: skip
ACCOUNT_STATUSES = {"active", "suspended", "closed", "unknown"}
# 10.2.2-10.2.4
CONTRACT_TYPES = {"utility_service", "project", "billed_monthly", "billed_quarterly"}
CONTRACT_STATUSES = {"active", "paused", "stopped", "closed", "unknown"}
SERVICE_TYPES = {
    "electric", "water", "natural_gas", "fuel_oil", "waste_water", "solid_waste", "residential",
    "commercial", "industrial", "agriculture", "metered", "unmetered", "distribution", "supply",
    "generation",
}  # fmt: skip
# 10.4.2
METER_TYPES = {
    "electric_usage", "water_usage", "natural_gas_usage", "fuel_oil_usage", "electric_demand",
    "forward_only", "reverse_only", "bidirectional", "physical_meter", "virtual_meter", "ami_meter",
    "amr_meter", "analog_meter", "wifi_capable", "wifi_enabled", "wifi_configured",
    "zigbee_capable", "zigbee_enabled", "zigbee_configured", "central_apps_capable",
    "customer_apps_capable",
}  # fmt: skip
# 10.8.5, 10.8.7
VALUE_TYPES = {
    "electric_usage", "electric_demand", "electric_supply_mix", "water_usage", "natural_gas_usage",
    "fuel_oil_usage", "cost", "meter_readings",
}  # fmt: skip
ENERGY_UNITS = {"Wh", "kWh", "MWh"}
POWER_UNITS = {"W", "kW", "MW"}
UNITS = ENERGY_UNITS | POWER_UNITS | {
    "m3", "ft3", "CCF", "MCF", "MMCF", "MMCFD", "L", "gal", "Btu", "therm", "Sm3", "scf", "SCFM",
    "C", "F", "var", "kvar", "varh", "kvarh", "years", "months", "days", "hours", "minutes",
    "seconds", "money", "count", "percent",
}  # fmt: skip
SUPPLY_ATTRIBUTIONS = {"base", "individual", "residual"}
SUPPLY_TYPES = {
    "general", "carbonfree", "peaker", "solar", "wind", "hydro", "geothermal", "biomass", "nuclear",
    "storage", "demand_management", "distributed", "natural_gas", "coal", "oil",
}  # fmt: skip
DIRECTIONS = {"net", "forward", "reverse"}
DEMAND_TYPES = {"peak", "average", "starting", "ending"}
QUALITIES = {
    "raw", "manual", "valid", "revenue", "estimated", "calculated", "corrected", "website",
}  # fmt: skip
# 10.9.2
BENEFICIARY_TYPES = {"customer", "account", "servicecontract", "rateplan", "program", "general"}
# The seed of the production-projects extension.
PRODUCTION_FORMATS = {"settlement", "scada", "forecast_day_ahead", "forecast_hour_ahead"}
READING_VALIDITIES = {"contracted", "total_gross", "net_metering"}
