"""The common parts of all routes: problems, parameters, answers, the OpenAPI document."""
