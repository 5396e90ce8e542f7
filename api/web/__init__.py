"""What every route shares: problems, parameters, answers, the OpenAPI document."""
