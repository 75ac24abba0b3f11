package io.opnmanager.tunnel.broker.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opnmanager.tunnel.broker.TestDatabase;
import io.opnmanager.tunnel.contract.operator.AuditBreak;
import io.opnmanager.tunnel.contract.operator.AuditBreak.What;
import io.opnmanager.tunnel.contract.operator.AuditQuery;
import io.opnmanager.tunnel.contract.operator.AuditVerdict;
import io.opnmanager.tunnel.demo.Database;
import io.opnmanager.tunnel.demo.EmbeddedMariaDb;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On a schema of its own, where the triggers can be dropped as whoever owns it could. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class AuditChainTest {

    private static final int ENTRIES = 25;
    private static final AuditQuery EVERYTHING =
            new AuditQuery(null, null, null, null, null, null, null);

    private static Jdbi jdbi = Jdbi.create("none");

    private final Sealer sealer = sealer();
    private final Verification verification =
            new Verification(jdbi, new AuditMetrics(new SimpleMeterRegistry()));

    @BeforeAll
    static void make() throws Exception {
        Database database =
                Database.fresh(TestDatabase.server(), EmbeddedMariaDb.SCHEMA + "_audit_chain");
        Flyway.configure()
                .dataSource(database.jdbcUrl(), database.user(), database.password())
                .load()
                .migrate();
        jdbi =
                io.opnmanager.tunnel.broker.database.Database.inUtc(
                        Jdbi.create(database.jdbcUrl(), database.user(), database.password()));
        for (String trigger :
                List.of(
                        "audit_is_never_changed",
                        "audit_is_never_deleted",
                        "audit_seal_is_never_changed",
                        "audit_seal_is_never_deleted")) {
            jdbi.useHandle(handle -> handle.execute("DROP TRIGGER " + trigger));
        }
    }

    @BeforeEach
    void fill() {
        jdbi.useHandle(handle -> {
            handle.execute("TRUNCATE TABLE audit");
            handle.execute("DELETE FROM audit_seal WHERE number > 0");
            for (int i = 1; i <= ENTRIES; i++) {
                write(handle, "entry " + i);
            }
        });
        seal();
    }

    private static Sealer sealer() {
        return new Sealer(jdbi, new SimpleMeterRegistry());
    }

    /** A minute ago, so that it is sealed even behind a number that was left out. */
    private static void write(Handle handle, String detail) {
        handle.execute(
                """
                INSERT INTO audit (at, actor, action, subject, address, result, detail)
                VALUES (UTC_TIMESTAMP(6) - INTERVAL 1 MINUTE, 'operator:ada', 'test', NULL, '127.0.0.1', 'done', ?)
                """,
                detail);
    }

    private void seal() {
        int sealed = sealer.seal();
        while (sealed > 0) {
            sealed = sealer.seal();
        }
    }

    @Test
    void an_audit_that_nobody_touched_is_intact() {
        AuditVerdict verdict = verification.verify(null, null);
        assertThat(verdict.intact()).isTrue();
        assertThat(verdict.sealed()).isEqualTo(ENTRIES);
        assertThat(verdict.unsealed()).isZero();
        assertThat(verdict.firstBroken()).isNull();
        assertThat(verdict.head()).matches("[0-9a-f]{64}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "actor = 'operator:eve'",
                "action = 'other'",
                "subject = ''",
                "address = NULL",
                "result = 'not_yours'",
                "detail = 'entry  7'",
                "at = at + INTERVAL 1 MICROSECOND"
            })
    void a_changed_entry_is_named(String change) {
        jdbi.useHandle(handle -> handle.execute("UPDATE audit SET " + change + " WHERE id = 7"));
        assertBroken(7, 7L, What.CHANGED);
    }

    @Test
    void a_deleted_entry_is_named() {
        jdbi.useHandle(handle -> handle.execute("DELETE FROM audit WHERE id = 11"));
        assertBroken(11, 11L, What.MISSING);
    }

    @Test
    void the_last_entry_is_missed_too() {
        jdbi.useHandle(handle -> handle.execute("DELETE FROM audit WHERE id = ?", ENTRIES));
        assertBroken(ENTRIES, (long) ENTRIES, What.MISSING);
    }

    @Test
    void an_entry_between_sealed_ones_is_named() {
        jdbi.useHandle(handle -> {
            handle.execute("DELETE FROM audit WHERE id = 5");
            handle.execute("DELETE FROM audit_seal WHERE audit_id = 5");
        });
        assertBroken(5, null, What.MISSING);

        // With the seals renumbered, the hole and the new entry in it show all the same.
        jdbi.useHandle(handle ->
                handle.execute(
                        "UPDATE audit_seal SET number = number - 1 WHERE number > 5 ORDER BY number"));
        assertBroken(5, 6L, What.CHANGED);
        jdbi.useHandle(handle ->
                handle.execute(
                        """
                        INSERT INTO audit (id, at, actor, action, result) VALUES (5, UTC_TIMESTAMP(6), 'operator:eve', 'test', 'done')
                        """));
        assertBroken(5, 5L, What.INSERTED);
    }

    @Test
    void an_entry_before_the_first_is_named() {
        jdbi.useHandle(handle ->
                handle.execute(
                        """
                        INSERT INTO audit (id, at, actor, action, result) VALUES (-3, UTC_TIMESTAMP(6), 'operator:eve', 'test', 'done')
                        """));
        assertBroken(1, -3L, What.INSERTED);
    }

    @Test
    void a_changed_seal_is_named() {
        jdbi.useHandle(handle ->
                handle.execute(
                        "UPDATE audit_seal SET hash = UNHEX(SHA2('x', 256)) WHERE number = 3"));
        assertBroken(3, 3L, What.CHANGED);
    }

    @Test
    void an_entry_and_its_seal_made_anew_break_the_next_seal() {
        jdbi.useHandle(handle -> {
            handle.execute("UPDATE audit SET detail = 'forged' WHERE id = 9");
            var entry =
                    handle.createQuery(AuditRow.SELECT + "WHERE id = 9")
                            .map((row, context) -> AuditRow.read(row))
                            .one();
            byte[] before =
                    handle.createQuery("SELECT hash FROM audit_seal WHERE number = 8")
                            .map((row, context) -> row.getBytes("hash"))
                            .one();
            handle.createUpdate("UPDATE audit_seal SET hash = :hash WHERE number = 9")
                    .bind("hash", AuditRow.seal(before, 9, entry))
                    .execute();
        });
        assertBroken(10, 10L, What.CHANGED);
    }

    @Test
    void an_end_that_was_cut_off_shows_against_a_head_that_was_noted() {
        AuditVerdict noted = verification.verify(null, null);
        jdbi.useHandle(handle -> {
            handle.execute("DELETE FROM audit WHERE id > 20");
            handle.execute("DELETE FROM audit_seal WHERE number > 20");
        });
        // Nothing in the database itself says that there was more.
        assertThat(verification.verify(null, null).intact()).isTrue();
        assertThat(verification.verify(noted.sealed(), noted.head()).firstBroken())
                .isEqualTo(new AuditBreak(ENTRIES, null, What.MISSING));

        jdbi.useHandle(handle -> {
            for (int i = 21; i <= 30; i++) {
                write(handle, "another history");
            }
        });
        seal();
        assertThat(verification.verify(noted.sealed(), noted.head()).firstBroken())
                .isEqualTo(new AuditBreak(ENTRIES, null, What.CHANGED));
    }

    @Test
    void a_noted_head_that_is_still_there_is_found() {
        AuditVerdict noted = verification.verify(null, null);
        jdbi.useHandle(handle -> write(handle, "later"));
        seal();
        AuditVerdict later = verification.verify(noted.sealed(), noted.head());
        assertThat(later.intact()).isTrue();
        assertThat(later.sealed()).isEqualTo(ENTRIES + 1);
        assertThat(later.head()).isNotEqualTo(noted.head());
    }

    @Test
    void what_follows_a_number_that_was_left_out_waits_ten_seconds() {
        jdbi.useHandle(handle -> {
            for (int id : new int[] {ENTRIES + 1, ENTRIES + 3}) {
                handle.execute(
                        "INSERT INTO audit (id, at, actor, action, result) VALUES (?, UTC_TIMESTAMP(6), 'a', 'b', 'c')",
                        id);
            }
        });
        assertThat(sealer.seal()).as("the next number needs not wait").isEqualTo(1);
        assertThat(sealer.seal()).as("the number between may still come").isZero();
        AuditVerdict verdict = verification.verify(null, null);
        assertThat(verdict.sealed()).isEqualTo(ENTRIES + 1);
        assertThat(verdict.unsealed()).isEqualTo(1);

        jdbi.useHandle(handle ->
                handle.execute(
                        "UPDATE audit SET at = UTC_TIMESTAMP(6) - INTERVAL 11 SECOND WHERE id = ?",
                        ENTRIES + 3));
        assertThat(sealer.seal()).isEqualTo(1);
        assertThat(verification.verify(null, null).intact()).isTrue();
    }

    @Test
    void an_entry_that_is_not_yet_committed_is_waited_for_and_not_passed_over() throws Exception {
        var committed = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                Handle slow = jdbi.open()) {
            slow.begin();
            write(slow, "written first, committed last");
            jdbi.useHandle(handle -> write(handle, "written second"));
            Future<Integer> sealed =
                    threads.submit(() -> {
                        int count = sealer.seal();
                        assertThat(committed.getCount()).as("waited").isZero();
                        return count;
                    });
            Thread.sleep(1_000);
            assertThat(sealed.isDone()).isFalse();
            committed.countDown();
            slow.commit();
            assertThat(sealed.get(30, TimeUnit.SECONDS)).isEqualTo(2);
        }
        assertThat(verification.verify(null, null).intact()).isTrue();
    }

    @Test
    void an_entry_that_is_taken_back_leaves_no_hole() {
        try (Handle handle = jdbi.open()) {
            handle.begin();
            write(handle, "never was");
            handle.rollback();
        }
        jdbi.useHandle(handle -> write(handle, "after it"));
        seal();
        AuditVerdict verdict = verification.verify(null, null);
        assertThat(verdict.intact()).isTrue();
        assertThat(verdict.sealed()).isEqualTo(ENTRIES + 1);
    }

    @Test
    void sealers_of_many_nodes_never_fork_the_chain() throws Exception {
        jdbi.useTransaction(handle -> {
            for (int i = 0; i < 2_000; i++) {
                write(handle, "busy " + i);
            }
        });
        List<Callable<Integer>> nodes = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Sealer node = sealer();
            nodes.add(() -> {
                int sum = 0;
                for (int round = 0; round < 8; round++) {
                    sum += node.seal();
                }
                return sum;
            });
        }
        int sealed = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Integer> node : threads.invokeAll(nodes)) {
                sealed += node.get();
            }
        }
        seal();
        assertThat(sealed).as("each entry by one of them").isBetween(500, 2_000);
        AuditVerdict verdict = verification.verify(null, null);
        assertThat(verdict.intact()).isTrue();
        assertThat(verdict.sealed()).isEqualTo(ENTRIES + 2_000);
        assertThat(verdict.unsealed()).isZero();
    }

    @Test
    void a_seal_of_the_same_number_is_refused_by_the_database() {
        assertThatThrownBy(() ->
                        jdbi.useHandle(handle ->
                                handle.execute(
                                        "INSERT INTO audit_seal (number, audit_id, hash) VALUES (?, 999, REPEAT('x', 32))",
                                        ENTRIES)))
                .hasMessageContaining("Duplicate entry");
    }

    /** Written by hand from ADR 0015, as an auditor's own program would be. */
    @Test
    void whoever_has_the_export_and_a_noted_head_needs_no_broker_to_verify() throws Exception {
        jdbi.useHandle(handle -> write(handle, "Ærø, “=1+1”, 🔥"));
        seal();
        AuditVerdict noted = verification.verify(null, null);
        var file = new ByteArrayOutputStream();
        JsonMapper json =
                JsonMapper.builder()
                        .addModule(new JavaTimeModule())
                        .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                        .build();
        new AuditExport(jdbi, json).json(new AuditSearch(EVERYTHING), file);

        byte[] seal = new byte[32];
        long number = 0;
        for (JsonNode entry : json.readTree(file.toByteArray())) {
            number++;
            Instant at = Instant.parse(entry.path("at").asText());
            var bytes = ByteBuffer.allocate(4_000);
            bytes.put(seal)
                    .putLong(number)
                    .putLong(entry.path("id").asLong())
                    .putLong(at.getEpochSecond() * 1_000_000 + at.getNano() / 1_000);
            for (String field :
                    List.of("actor", "action", "subject", "address", "result", "detail")) {
                if (entry.hasNonNull(field)) {
                    byte[] text = entry.path(field).asText().getBytes(StandardCharsets.UTF_8);
                    bytes.putInt(text.length).put(text);
                } else {
                    bytes.putInt(-1);
                }
            }
            seal =
                    MessageDigest.getInstance("SHA-256")
                            .digest(Arrays.copyOf(bytes.array(), bytes.position()));
        }
        assertThat(number).isEqualTo(noted.sealed());
        assertThat(HexFormat.of().formatHex(seal)).isEqualTo(noted.head());
    }

    private void assertBroken(long number, @Nullable Long entry, What what) {
        AuditVerdict verdict = verification.verify(null, null);
        assertThat(verdict.firstBroken()).isEqualTo(new AuditBreak(number, entry, what));
        assertThat(verdict.intact()).isFalse();
        assertThat(verdict.sealed()).isPositive();
    }
}
