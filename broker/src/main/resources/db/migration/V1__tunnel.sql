-- One dialect: MariaDB from 10.11. Every time is UTC, written by the database's own clock (UTC_TIMESTAMP(6)), so that
-- several nodes with clocks of their own agree on every deadline. Secrets stand here only as SHA-256 or Argon2id hashes.

CREATE TABLE node (
    name        VARCHAR(100) NOT NULL PRIMARY KEY,
    ssh_host    VARCHAR(255) NOT NULL,
    ssh_port    INT UNSIGNED NOT NULL CHECK (ssh_port BETWEEN 1 AND 65535),
    version     VARCHAR(64)  NOT NULL,
    started_at  DATETIME(6)  NOT NULL,
    last_seen   DATETIME(6)  NOT NULL,
    draining    BOOLEAN      NOT NULL DEFAULT FALSE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE operator (
    name          VARCHAR(63)  NOT NULL PRIMARY KEY,
    role          ENUM ('administrator', 'operator') NOT NULL,
    password_hash VARCHAR(255) NOT NULL,
    created_at    DATETIME(6)  NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE operator_token (
    id         BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
    operator   VARCHAR(63)  NOT NULL,
    name       VARCHAR(100) NOT NULL,
    token_hash BINARY(32)   NOT NULL UNIQUE,
    created_at DATETIME(6)  NOT NULL,
    expires_at DATETIME(6)  NOT NULL,
    UNIQUE KEY one_name_per_operator (operator, name),
    CONSTRAINT token_of_operator FOREIGN KEY (operator) REFERENCES operator (name) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE firewall (
    id                    BIGINT        NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name                  VARCHAR(100)  NOT NULL,
    tags                  VARCHAR(1100) NOT NULL DEFAULT '',
    web_target            VARCHAR(255)  NOT NULL DEFAULT 'https://localhost:443',
    hostname              VARCHAR(255),
    platform              VARCHAR(128),
    agent_version         VARCHAR(64),
    agent_token_hash      BINARY(32) UNIQUE,
    ssh_public_key        VARCHAR(2048),
    ssh_key_fingerprint   VARCHAR(64),
    enrolled_at           DATETIME(6),
    credential_changed_at DATETIME(6)   NOT NULL,
    last_seen             DATETIME(6),
    created_at            DATETIME(6)   NOT NULL,
    UNIQUE KEY one_name (name),
    KEY credential_changes (credential_changed_at),
    CONSTRAINT credential_is_whole CHECK (
        (agent_token_hash IS NULL) = (ssh_public_key IS NULL) AND (agent_token_hash IS NULL) = (ssh_key_fingerprint IS NULL))
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- One live token a firewall: making another replaces it.
CREATE TABLE enrolment_token (
    firewall_id BIGINT      NOT NULL PRIMARY KEY,
    token_hash  BINARY(32)  NOT NULL UNIQUE,
    made_by     VARCHAR(63) NOT NULL,
    created_at  DATETIME(6) NOT NULL,
    expires_at  DATETIME(6) NOT NULL,
    CONSTRAINT enrolment_of_firewall FOREIGN KEY (firewall_id) REFERENCES firewall (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE certificate_pin (
    firewall_id    BIGINT       NOT NULL,
    target         VARCHAR(255) NOT NULL,
    sha256         BINARY(32)   NOT NULL,
    pinned_at      DATETIME(6)  NOT NULL,
    pinned_by      VARCHAR(63),
    offered_sha256 BINARY(32),
    offered_at     DATETIME(6),
    PRIMARY KEY (firewall_id, target),
    CONSTRAINT pin_of_firewall FOREIGN KEY (firewall_id) REFERENCES firewall (id) ON DELETE CASCADE,
    CONSTRAINT offer_is_whole CHECK ((offered_sha256 IS NULL) = (offered_at IS NULL)),
    CONSTRAINT offer_differs CHECK (offered_sha256 IS NULL OR offered_sha256 <> sha256)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE request_queue (
    id                 BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
    firewall_id        BIGINT       NOT NULL,
    target             VARCHAR(255) NOT NULL,
    status             ENUM ('pending', 'active', 'disconnected', 'timeout', 'expired') NOT NULL DEFAULT 'pending',
    end_reason         VARCHAR(32),
    detail             VARCHAR(500),
    node               VARCHAR(100) NOT NULL,
    tunnel_port        INT UNSIGNED NOT NULL CHECK (tunnel_port BETWEEN 1 AND 65535),
    tunnel_pid         BIGINT UNSIGNED,
    requested_by       VARCHAR(63)  NOT NULL,
    reason             VARCHAR(500),
    idempotency_key    VARCHAR(128),
    lifetime_seconds   BIGINT UNSIGNED NOT NULL CHECK (lifetime_seconds > 0),
    byte_limit         BIGINT UNSIGNED,
    created_at         DATETIME(6)  NOT NULL,
    deadline           DATETIME(6)  NOT NULL,
    handed_out_at      DATETIME(6),
    reported_at        DATETIME(6),
    tunnel_started_at  DATETIME(6),
    last_heartbeat     DATETIME(6),
    last_window        DATETIME(6),
    last_probe         DATETIME(6),
    last_activity      DATETIME(6),
    expires_at         DATETIME(6),
    ended_at           DATETIME(6),
    listener_closed_at DATETIME(6),
    port_freed_at      DATETIME(6),
    kill_confirmed_at  DATETIME(6),
    bytes_in           BIGINT UNSIGNED NOT NULL DEFAULT 0,
    bytes_out          BIGINT UNSIGNED NOT NULL DEFAULT 0,
    certificate_sha256 BINARY(32),
    moved_at           DATETIME(6)  NOT NULL,

    -- NULL when it does not apply, so that the unique keys and indexes below hold only what is live.
    live               TINYINT AS (CASE WHEN status IN ('pending', 'active') THEN 1 END) PERSISTENT,
    held_port          INT UNSIGNED AS (CASE WHEN port_freed_at IS NULL THEN tunnel_port END) PERSISTENT,
    waits_for_agent    BIGINT AS (CASE
                           WHEN status = 'pending' AND reported_at IS NULL THEN firewall_id
                           WHEN status NOT IN ('pending', 'active') AND kill_confirmed_at IS NULL THEN firewall_id
                       END) PERSISTENT,

    UNIQUE KEY one_live_port_per_node (node, held_port),
    UNIQUE KEY one_live_request (firewall_id, target, requested_by, live),
    UNIQUE KEY one_idempotency_key (requested_by, idempotency_key),
    KEY live_on_node (node, live),
    KEY work (waits_for_agent),
    KEY moves (moved_at),
    KEY of_firewall (firewall_id, id),

    CONSTRAINT request_of_firewall FOREIGN KEY (firewall_id) REFERENCES firewall (id),
    CONSTRAINT request_on_node FOREIGN KEY (node) REFERENCES node (name),
    CONSTRAINT ended_is_whole CHECK (
        (status IN ('pending', 'active')) = (ended_at IS NULL) AND (ended_at IS NULL) = (end_reason IS NULL)),
    CONSTRAINT started_is_whole CHECK ((tunnel_started_at IS NULL) = (expires_at IS NULL)),
    CONSTRAINT active_was_started CHECK (status <> 'active' OR tunnel_started_at IS NOT NULL),
    CONSTRAINT expired_was_started CHECK (status <> 'expired' OR tunnel_started_at IS NOT NULL),
    CONSTRAINT pending_or_timeout_never_started CHECK (status NOT IN ('pending', 'timeout') OR tunnel_started_at IS NULL),
    CONSTRAINT live_holds_its_port CHECK (ended_at IS NOT NULL OR port_freed_at IS NULL),
    CONSTRAINT port_freed_after_listener CHECK (port_freed_at IS NULL OR listener_closed_at IS NOT NULL),
    CONSTRAINT kill_only_after_end CHECK (kill_confirmed_at IS NULL OR ended_at IS NOT NULL)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- Append-only: the triggers refuse what the code would never do.
CREATE TABLE audit (
    id      BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
    at      DATETIME(6)  NOT NULL,
    actor   VARCHAR(110) NOT NULL,
    action  VARCHAR(64)  NOT NULL,
    subject VARCHAR(110),
    address VARCHAR(64),
    result  VARCHAR(64)  NOT NULL,
    detail  VARCHAR(500),
    KEY by_actor (actor, id),
    KEY by_subject (subject, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
    FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the audit is append-only';

CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
    FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the audit is append-only';
