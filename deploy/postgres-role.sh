#!/bin/sh
# Runs once, when the database is made: the server has a role of its own, which owns its database and is no superuser.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
-- Not on the command line, which others see.
\set password `cat "$SESSIONKEEP_PASSWORD_FILE"`
CREATE ROLE sessionkeep LOGIN PASSWORD :'password';
CREATE DATABASE sessionkeep OWNER sessionkeep;
SQL
