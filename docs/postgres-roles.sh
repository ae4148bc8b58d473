#!/bin/sh
# Run once by the postgres image: one role that owns the tables and migrates, one that runs and obeys every policy.
set -e
psql -v ON_ERROR_STOP=1 -v owner_password="$OWNER_PASSWORD" -v runtime_password="$RUNTIME_PASSWORD" -U postgres <<'SQL'
CREATE ROLE smoothx_owner LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE smoothx_runtime LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'runtime_password';
CREATE DATABASE smoothx OWNER smoothx_owner;
\connect smoothx
GRANT USAGE ON SCHEMA public TO smoothx_runtime;
ALTER DEFAULT PRIVILEGES FOR ROLE smoothx_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO smoothx_runtime;
ALTER DEFAULT PRIVILEGES FOR ROLE smoothx_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO smoothx_runtime;
SQL
