-- How far the release is let out to agents that update themselves: one row. It counts for one version only, so that a release that is put
-- in place of another begins with nobody.
CREATE TABLE rollout (
    id             TINYINT          NOT NULL PRIMARY KEY CHECK (id = 1),
    version        VARCHAR(64),
    percentage     TINYINT UNSIGNED NOT NULL CHECK (percentage <= 100),
    halted         BOOLEAN          NOT NULL,
    halt_reason    VARCHAR(200),
    counting_since DATETIME(6)      NOT NULL,
    changed_by     VARCHAR(110),
    changed_at     DATETIME(6)      NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

INSERT INTO rollout (id, percentage, halted, counting_since, changed_at)
VALUES (1, 0, FALSE, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6));

-- What the agent of a firewall last said of its updates, and what it was offered last.
CREATE TABLE agent_update (
    firewall_id     BIGINT      NOT NULL PRIMARY KEY,
    enabled         BOOLEAN     NOT NULL,
    state           ENUM ('none', 'trying', 'confirmed', 'went_back', 'refused') NOT NULL,
    version         VARCHAR(64),
    detail          VARCHAR(200),
    reported_at     DATETIME(6) NOT NULL,
    offered_version VARCHAR(64),
    offered_at      DATETIME(6),
    CONSTRAINT update_of_firewall FOREIGN KEY (firewall_id) REFERENCES firewall (id) ON DELETE CASCADE,
    CONSTRAINT offered_is_whole CHECK ((offered_version IS NULL) = (offered_at IS NULL))
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- Versions that were offered to a firewall and failed there: never offered to it again, and counted.
CREATE TABLE update_failure (
    firewall_id BIGINT      NOT NULL,
    version     VARCHAR(64) NOT NULL,
    failed_at   DATETIME(6) NOT NULL,
    PRIMARY KEY (firewall_id, version),
    KEY failures_of_version (version, failed_at),
    CONSTRAINT failure_of_firewall FOREIGN KEY (firewall_id) REFERENCES firewall (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
