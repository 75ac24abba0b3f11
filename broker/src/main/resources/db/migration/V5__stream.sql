-- Certificates that nodes signed for operators' own keys, by the hash of the whole certificate. One that was made with a token can do
-- what the token can, and goes with it. A row that is deleted is a certificate that is revoked.
CREATE TABLE operator_certificate (
    sha256     BINARY(32)  NOT NULL PRIMARY KEY,
    operator   VARCHAR(63) NOT NULL,
    token      BIGINT,
    created_at DATETIME(6) NOT NULL,
    expires_at DATETIME(6) NOT NULL,
    KEY of_operator (operator, expires_at),
    CONSTRAINT certificate_of_operator FOREIGN KEY (operator) REFERENCES operator (name) ON DELETE CASCADE,
    CONSTRAINT certificate_of_token FOREIGN KEY (token) REFERENCES operator_token (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- Each node signs with a key that never leaves it; all nodes trust the certificates of all of them.
CREATE TABLE operator_authority (
    sha256      BINARY(32)      NOT NULL PRIMARY KEY,
    certificate VARBINARY(4096) NOT NULL,
    created_at  DATETIME(6)     NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- Where programs reach the gateway of this node, on the hosts of its sessions; NULL when it has none.
ALTER TABLE node ADD COLUMN stream_port INT UNSIGNED;

-- Names of operators who may use a request through the gateway besides who asked for it, as a JSON array; NULL for nobody. The index is
-- for lists: next to the own requests only the few that are shared are looked through.
ALTER TABLE request_queue
    ADD COLUMN shared_with VARCHAR(1000) COLLATE utf8mb4_bin CHECK (JSON_VALID(shared_with)),
    ADD KEY shared (shared_with(1));
