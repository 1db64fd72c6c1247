/** The role that users of the serving program hold: it reads and writes data, and changes no schema. */
export const RUNTIME_ROLE = 'toolhive_registry_server';

/**
 * Gives the role, where there is one, its rights to what the present user owns in the schema. What was applied is
 * only read by it. Can be run again and again.
 */
export const GRANT_TO_RUNTIME_ROLE = `
DO $grant$
DECLARE
  thing record;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${RUNTIME_ROLE}') THEN
    RETURN;
  END IF;
  FOR thing IN
    SELECT c.oid::regclass AS name, c.relkind = 'S' AS is_sequence, c.relname = 'migrations' AS is_history
      FROM pg_class c
     WHERE c.relnamespace = current_schema()::regnamespace
       AND c.relkind IN ('r', 'p', 'v', 'S')
       AND pg_has_role(c.relowner, 'USAGE')
  LOOP
    IF thing.is_sequence THEN
      EXECUTE format('GRANT USAGE, SELECT ON SEQUENCE %s TO ${RUNTIME_ROLE}', thing.name);
    ELSIF thing.is_history THEN
      EXECUTE format('REVOKE ALL ON %s FROM ${RUNTIME_ROLE}', thing.name);
      EXECUTE format('GRANT SELECT ON %s TO ${RUNTIME_ROLE}', thing.name);
    ELSE
      EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO ${RUNTIME_ROLE}', thing.name);
    END IF;
  END LOOP;
END
$grant$`;
