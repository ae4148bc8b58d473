FROM python:3.11-slim AS base
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 DEBUG=False STATIC_ROOT=/app/staticfiles
WORKDIR /app

COPY pyproject.toml requirements.lock ./
# Only what production runs: the dev extra holds the embedded servers, the sandboxes' server and the test tools.
RUN python -c "import tomllib; print('\n'.join(tomllib.load(open('pyproject.toml','rb'))['project']['dependencies']))" > runtime.txt \
    && pip install --requirement runtime.txt --constraint requirements.lock

COPY manage.py gunicorn.conf.py ./
COPY smoothx smoothx
COPY connectors connectors
COPY mapping mapping
COPY sync sync
COPY timesheets timesheets
COPY templates templates
COPY static static

# Collecting static files needs settings, not services.
RUN DATABASE_URL=postgresql:///none REDIS_URL=redis://none SECRET_KEY=build \
    python manage.py collectstatic --noinput --skip-checks \
    && useradd --system --no-create-home smoothx
USER smoothx
EXPOSE 8000
CMD ["gunicorn", "smoothx.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4"]
