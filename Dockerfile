FROM python:3.11-slim AS build
WORKDIR /source
COPY requirements.lock pyproject.toml README.md alembic.ini ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock --target /packages
COPY app app
COPY data data
COPY migrations migrations
RUN pip install --no-cache-dir --no-deps --target /packages .

FROM python:3.11-slim
ENV PYTHONPATH=/packages PYTHONUNBUFFERED=1 YAODIAN_DATABASE_URL=sqlite:////data/yaodian.db
COPY --from=build /packages /packages
RUN useradd --system --uid 10001 yaodian && install -d -o yaodian /data
USER yaodian
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["python", "-m", "app", "serve", "--host", "0.0.0.0", "--port", "8000"]
