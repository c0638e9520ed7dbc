-- Who holds a role in one cooperative: the office tells its officers what waits for them.
-- The pair of this file is ../postgres/0011_office.sql.

CREATE INDEX role_grant_scope ON role_grant (scope, role);
