-- Which secrets the numbers of identity cards were sealed under: a print of each, never the secret, which lies outside the database.
-- Number 0 is the key from before, which followed from the instance's alone. The pair of this file is ../sqlite/0012_card_key.sql.

CREATE TABLE card_key (
    number     BIGINT NOT NULL PRIMARY KEY,
    print      BYTEA NOT NULL,
    made_at    BIGINT NOT NULL,
    retired_at BIGINT
);
