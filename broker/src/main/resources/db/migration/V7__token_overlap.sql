-- A token that was replaced may go on for a while, until its firewall has the new one.
ALTER TABLE firewall
    ADD COLUMN former_token_hash  BINARY(32) UNIQUE,
    ADD COLUMN former_token_until DATETIME(6),
    ADD CONSTRAINT former_token_is_whole CHECK ((former_token_hash IS NULL) = (former_token_until IS NULL));
