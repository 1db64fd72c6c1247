-- Run once by the database container, as its superuser: the user that owns and changes the schema. The user that
-- serves, db_app, is made by `prime`.
CREATE ROLE db_migrator LOGIN CREATEROLE PASSWORD 'migrator_password';
ALTER DATABASE registry OWNER TO db_migrator;
