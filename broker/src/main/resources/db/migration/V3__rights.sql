-- Which firewalls an operator may reach is said by tags, so that every list, event and call asks for them: a table with keys
-- instead of words in a column.
CREATE TABLE firewall_tag (
    firewall_id BIGINT           NOT NULL,
    tag         VARCHAR(50)      NOT NULL,
    place       TINYINT UNSIGNED NOT NULL,
    PRIMARY KEY (firewall_id, tag),
    KEY by_tag (tag, firewall_id),
    CONSTRAINT tag_of_firewall FOREIGN KEY (firewall_id) REFERENCES firewall (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

INSERT IGNORE INTO firewall_tag (firewall_id, tag, place)
WITH RECURSIVE word (firewall_id, tag, others, place) AS (
    SELECT id, SUBSTRING_INDEX(tags, ' ', 1), SUBSTRING(tags, CHAR_LENGTH(SUBSTRING_INDEX(tags, ' ', 1)) + 2), 0
    FROM firewall WHERE tags <> ''
    UNION ALL
    SELECT firewall_id, SUBSTRING_INDEX(others, ' ', 1), SUBSTRING(others, CHAR_LENGTH(SUBSTRING_INDEX(others, ' ', 1)) + 2),
        place + 1
    FROM word WHERE others <> ''
)
SELECT firewall_id, tag, place FROM word WHERE tag <> '';

-- changed_at: when anything that operators see of it changed last, last_seen aside; one look at its key finds what to tell.
ALTER TABLE firewall
    DROP COLUMN tags,
    ADD COLUMN kind       ENUM ('opnsense', 'pfsense', 'generic') NOT NULL DEFAULT 'generic' AFTER name,
    ADD COLUMN changed_at DATETIME(6) NOT NULL DEFAULT '1970-01-01 00:00:00',
    ADD COLUMN sort_name  VARCHAR(100) AS (LOWER(name)) PERSISTENT,
    ADD KEY by_sort_name (sort_name),
    ADD KEY by_last_seen (last_seen),
    ADD KEY changes (changed_at);

UPDATE firewall SET kind = CASE
    WHEN LOWER(platform) LIKE '%opnsense%' THEN 'opnsense'
    WHEN LOWER(platform) LIKE '%pfsense%' THEN 'pfsense'
    ELSE 'generic' END;

ALTER TABLE request_queue
    ADD KEY live_of_firewall (live, firewall_id),
    ADD KEY of_operator (requested_by, id);

-- Leave of a second operator for one request. It has a life of its own: the states of a request do not know it.
CREATE TABLE approval (
    id          BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
    firewall_id BIGINT       NOT NULL,
    target      VARCHAR(255) NOT NULL,
    asked_by    VARCHAR(63)  NOT NULL,
    reason      VARCHAR(500) NOT NULL,
    status      ENUM ('waiting', 'granted', 'refused', 'used', 'expired') NOT NULL DEFAULT 'waiting',
    decided_by  VARCHAR(63),
    request_id  BIGINT,
    created_at  DATETIME(6)  NOT NULL,
    expires_at  DATETIME(6)  NOT NULL,
    decided_at  DATETIME(6),
    moved_at    DATETIME(6)  NOT NULL,

    -- NULL when it is neither waiting nor granted, so that the key below holds only what is open.
    open        TINYINT AS (CASE WHEN status IN ('waiting', 'granted') THEN 1 END) PERSISTENT,

    UNIQUE KEY one_open_approval (asked_by, open, firewall_id, target),
    UNIQUE KEY one_request (request_id),
    KEY moves (moved_at),
    KEY due (open, expires_at),
    CONSTRAINT approval_of_firewall FOREIGN KEY (firewall_id) REFERENCES firewall (id),
    CONSTRAINT approval_of_request FOREIGN KEY (request_id) REFERENCES request_queue (id),
    CONSTRAINT decision_is_whole CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
    CONSTRAINT decided_by_someone CHECK (status NOT IN ('granted', 'refused', 'used') OR decided_by IS NOT NULL),
    CONSTRAINT decided_by_another CHECK (decided_by IS NULL OR decided_by <> asked_by),
    CONSTRAINT used_for_a_request CHECK ((status = 'used') = (request_id IS NOT NULL))
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

ALTER TABLE audit
    ADD KEY by_action (action, id),
    ADD KEY by_result (result, id),
    ADD KEY by_time (at);

-- The chain of seals: each hashes the seal before and one entry of the audit, in the order of the entries. Number 0 seals
-- nothing; whoever seals locks it, and the primary key refuses a fork.
CREATE TABLE audit_seal (
    number   BIGINT     NOT NULL PRIMARY KEY,
    audit_id BIGINT     NOT NULL,
    hash     BINARY(32) NOT NULL,
    UNIQUE KEY one_seal_an_entry (audit_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

INSERT INTO audit_seal (number, audit_id, hash) VALUES (0, 0, REPEAT(CHAR(0), 32));

CREATE TRIGGER audit_seal_is_never_changed BEFORE UPDATE ON audit_seal
    FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the audit is append-only';

CREATE TRIGGER audit_seal_is_never_deleted BEFORE DELETE ON audit_seal
    FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the audit is append-only';
