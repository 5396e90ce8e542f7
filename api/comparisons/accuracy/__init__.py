"""GET /v1/forecast-accuracy: scores of forecasts."""
