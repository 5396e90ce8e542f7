# One image for every command: gridfeed migrate | topics | worker | serve.
FROM python:3.11.15-slim@sha256:90744cff8f32887f075c47d747a173ff333e9e98801667af93c357fa9f5e28ff AS build
WORKDIR /build
# Each file is checked against its hash here; the lock also holds the build back end.
COPY requirements-run.lock ./
RUN pip wheel --quiet --disable-pip-version-check --require-hashes \
    --wheel-dir /wheels -r requirements-run.lock
COPY pyproject.toml README.md LICENSE ./
COPY cli cli
COPY gridfeed gridfeed
COPY stream stream
COPY api api
COPY schemas schemas
COPY conformance conformance
COPY examples examples
RUN pip wheel --quiet --disable-pip-version-check --no-index --find-links /wheels --no-deps \
    --wheel-dir /wheels .

FROM python:3.11.15-slim@sha256:90744cff8f32887f075c47d747a173ff333e9e98801667af93c357fa9f5e28ff
ENV PYTHONUNBUFFERED=1
# Of all those wheels only what the program itself needs.
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --quiet --disable-pip-version-check --no-cache-dir \
    --no-index --find-links /wheels /wheels/gridfeed-*.whl
USER 10001:10001
# Faust makes a folder where it is started.
WORKDIR /tmp
ENTRYPOINT ["gridfeed"]
CMD ["--help"]
