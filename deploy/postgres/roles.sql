-- The roles that publishing and reading need, with no more rights than that. Run it once in the
-- database, as its owner or as a superuser, and again whenever you like:
--
--   psql -d wend -f deploy/postgres/roles.sql
--   psql -d wend -v schema=marketing -f deploy/postgres/roles.sql      another schema than wend
--
-- wend_publisher   may log in, and change what is in the two schemas; nothing else of the database.
-- wend_reader      may read the tables; for BI tools: GRANT wend_reader TO your_login;
--
-- Neither has a password yet: \password wend_publisher in psql sets one.

\set ON_ERROR_STOP on
\if :{?schema}
\else
  \set schema wend
\endif
\set store :schema '_store'

BEGIN;

SELECT 'CREATE ROLE wend_publisher LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'wend_publisher') \gexec
SELECT 'CREATE ROLE wend_reader NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'wend_reader') \gexec

SELECT format('GRANT CONNECT ON DATABASE %I TO wend_publisher, wend_reader', current_database())
\gexec

CREATE SCHEMA IF NOT EXISTS :"schema";
CREATE SCHEMA IF NOT EXISTS :"store";
REVOKE ALL ON SCHEMA :"schema", :"store" FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA :"schema", :"store" TO wend_publisher;

-- Readers need the tables only; the partitions behind them stay out of their sight.
GRANT USAGE ON SCHEMA :"schema" TO wend_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA :"schema" TO wend_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE wend_publisher IN SCHEMA :"schema"
    GRANT SELECT ON TABLES TO wend_reader;

COMMENT ON SCHEMA :"schema" IS 'Customer journeys, published by wend';
COMMENT ON SCHEMA :"store" IS 'Where wend keeps the rows of its tables; query the other schema';

COMMIT;
