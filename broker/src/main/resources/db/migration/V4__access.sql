-- How browsers get to a session: on a host name of its own, let in by a ticket.

-- Origin of the hosts of this node's sessions, with one * for the part that is each session's own.
ALTER TABLE node ADD COLUMN session_url VARCHAR(255);

-- 130 random bits in base32. Unique for ever and never given out again, because a browser may remember what it knows of a host.
ALTER TABLE request_queue
    ADD COLUMN access_host CHAR(26) CHARACTER SET ascii COLLATE ascii_bin,
    ADD UNIQUE KEY one_access_host (access_host);

-- A ticket is bound to a request, to who asked for it and to the browser that holds the number behind the challenge. It is used
-- up by being shown, whether or not it lets in.
CREATE TABLE entry (
    ticket_hash BINARY(32)  NOT NULL PRIMARY KEY,
    request     BIGINT      NOT NULL,
    operator    VARCHAR(63) NOT NULL,
    challenge   BINARY(32)  NOT NULL,
    created_at  DATETIME(6) NOT NULL,
    expires_at  DATETIME(6) NOT NULL,
    used_at     DATETIME(6),
    KEY of_operator (operator, expires_at),
    KEY expiry (expires_at),
    CONSTRAINT entry_of_request FOREIGN KEY (request) REFERENCES request_queue (id) ON DELETE CASCADE,
    CONSTRAINT entry_of_operator FOREIGN KEY (operator) REFERENCES operator (name) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
