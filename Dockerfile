# One image for every command: gridfeed migrate | topics | worker | serve.
FROM python:3.11-slim AS build
WORKDIR /build
# Each file is checked against its hash here; the lock also holds development tools.
COPY requirements.lock ./
RUN pip wheel --quiet --disable-pip-version-check --require-hashes \
    --wheel-dir /wheels -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY gridfeed gridfeed
COPY stream stream
COPY api api
COPY schemas schemas
RUN pip wheel --quiet --disable-pip-version-check --no-index --find-links /wheels --no-deps \
    --wheel-dir /wheels .

FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1
# Of all those wheels only what the program itself needs.
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --quiet --disable-pip-version-check --no-cache-dir --no-compile \
    --no-index --find-links /wheels gridfeed
USER 10001:10001
# Faust makes a folder where it is started.
WORKDIR /tmp
ENTRYPOINT ["gridfeed"]
CMD ["--help"]
