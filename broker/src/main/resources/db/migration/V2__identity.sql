-- Operators beyond a name and a password. What signs in stands here as a hash, but for the secrets of second factors, which have
-- to be known to compare a code: they are encrypted under a key that is not in the database.

ALTER TABLE operator
    MODIFY COLUMN role ENUM ('administrator', 'operator', 'viewer') NOT NULL,
    -- NULL: signs in by OpenID Connect or TLS client certificate only.
    MODIFY COLUMN password_hash VARCHAR(255),
    -- Words with a space between; empty is every firewall.
    ADD COLUMN tags                        VARCHAR(1100) NOT NULL DEFAULT '',
    ADD COLUMN origin                      ENUM ('local', 'openid') NOT NULL DEFAULT 'local',
    -- Who it is at the provider: names there may change and be given again (OpenID Connect Core 1.0 §5.7).
    ADD COLUMN openid_issuer               VARCHAR(255),
    ADD COLUMN openid_subject              VARCHAR(255),
    ADD COLUMN last_sign_in_at             DATETIME(6),
    -- How often all sign-ins were ended at once: every node sees it grow.
    ADD COLUMN signed_out_everywhere       BIGINT UNSIGNED NOT NULL DEFAULT 0,
    ADD COLUMN second_factor               VARBINARY(128),
    -- The time step of the last code that was taken: neither it nor an earlier one is taken again (RFC 6238 §5.2).
    ADD COLUMN second_factor_step          BIGINT UNSIGNED,
    -- Asked for, and not yet confirmed by a code.
    ADD COLUMN second_factor_waiting       VARBINARY(128),
    ADD COLUMN second_factor_waiting_until DATETIME(6),
    ADD CONSTRAINT one_openid_subject UNIQUE (openid_issuer, openid_subject),
    ADD CONSTRAINT openid_is_whole CHECK ((openid_issuer IS NULL) = (openid_subject IS NULL)),
    ADD CONSTRAINT waiting_is_whole CHECK ((second_factor_waiting IS NULL) = (second_factor_waiting_until IS NULL)),
    ADD CONSTRAINT step_of_second_factor CHECK (second_factor_step IS NULL OR second_factor IS NOT NULL);

CREATE TABLE operator_certificate_name (
    name     VARCHAR(255) NOT NULL PRIMARY KEY,
    operator VARCHAR(63)  NOT NULL,
    CONSTRAINT certificate_name_of_operator FOREIGN KEY (operator) REFERENCES operator (name) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- A code is 80 random bits, so its SHA-256 is enough. One that was used is gone.
CREATE TABLE recovery_code (
    operator  VARCHAR(63) NOT NULL,
    code_hash BINARY(32)  NOT NULL,
    PRIMARY KEY (operator, code_hash),
    CONSTRAINT recovery_code_of_operator FOREIGN KEY (operator) REFERENCES operator (name) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

ALTER TABLE operator_token
    -- NULL: whatever the operator's role is.
    ADD COLUMN role         ENUM ('administrator', 'operator', 'viewer'),
    ADD COLUMN tags         VARCHAR(1100) NOT NULL DEFAULT '',
    ADD COLUMN last_used_at DATETIME(6);

-- A sign-in of the console. (A session is something else: what an operator does through a tunnel.)
CREATE TABLE sign_in (
    id           BIGINT      NOT NULL AUTO_INCREMENT PRIMARY KEY,
    cookie_hash  BINARY(32)  NOT NULL UNIQUE,
    operator     VARCHAR(63) NOT NULL,
    method       ENUM ('password', 'certificate', 'openid') NOT NULL,
    address      VARCHAR(64),
    created_at   DATETIME(6) NOT NULL,
    last_used_at DATETIME(6) NOT NULL,
    expires_at   DATETIME(6) NOT NULL,
    KEY of_operator (operator, id),
    KEY by_end (expires_at),
    KEY by_use (last_used_at),
    CONSTRAINT sign_in_of_operator FOREIGN KEY (operator) REFERENCES operator (name) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- One row. Whatever takes something away from an operator adds one in its transaction, so that every node that looks knows that it
-- has to forget. Counted and not timed: a change becomes visible with its commit, and counting makes the next wait for it.
CREATE TABLE identity_change (
    id     TINYINT         NOT NULL PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    number BIGINT UNSIGNED NOT NULL
) ENGINE = InnoDB;

INSERT INTO identity_change (id, number) VALUES (1, 0);

-- One row once there is a key: the fingerprint (SHA-256 under a prefix) of the key of second factors, so that a node with another
-- one says so instead of writing what the others cannot read.
CREATE TABLE second_factor_key (
    id          TINYINT    NOT NULL PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    fingerprint BINARY(32) NOT NULL
) ENGINE = InnoDB;
