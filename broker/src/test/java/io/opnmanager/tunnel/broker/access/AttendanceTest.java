package io.opnmanager.tunnel.broker.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AttendanceTest {

    private static final Duration BEAT = Duration.ofSeconds(15);
    private static final Duration FAREWELL = Duration.ofSeconds(3);
    private static final Duration WINDOW_GONE = Duration.ofSeconds(60);

    private final AtomicLong clock = new AtomicLong(1_000_000_000_000L);
    private final Attendance attendance =
            new Attendance(new Attendance.Terms(BEAT, FAREWELL, WINDOW_GONE, 3), clock::get);

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    private void pass(int seconds) {
        pass(Duration.ofSeconds(seconds));
    }

    private boolean isOver() {
        return attendance.leavesIn().isPresent() && attendance.leavesIn().getAsLong() <= 0;
    }

    @Test
    void nobody_leaves_before_a_farewell_however_long_it_is_silent() {
        attendance.beat("one");
        pass(1_000);

        assertThat(attendance.leavesIn()).isEmpty();
    }

    @Test
    void the_last_farewell_ends_it_after_the_grace_and_not_before() {
        attendance.beat("one");
        attendance.beat("two");
        attendance.left("one");
        assertThat(attendance.leavesIn()).as("two is there").isEmpty();
        attendance.left("two");

        assertThat(attendance.leavesIn()).hasValue(FAREWELL.toNanos());
        pass(Duration.ofMillis(2_999));
        assertThat(isOver()).isFalse();
        pass(Duration.ofMillis(1));
        assertThat(isOver()).isTrue();
    }

    @Test
    void the_next_page_of_the_same_window_keeps_it() {
        attendance.beat("page one");
        attendance.delivered(true);
        attendance.left("page one");
        pass(4);
        assertThat(isOver()).as("its script has not been asked for yet").isFalse();
        attendance.scriptAsked();
        pass(2);
        attendance.beat("page two");

        assertThat(attendance.leavesIn()).isEmpty();
        attendance.left("page two");
        pass(3);
        assertThat(isOver()).isTrue();
    }

    @Test
    void a_page_that_never_asks_for_its_script_holds_it_for_ten_seconds() {
        attendance.beat("one");
        attendance.delivered(true);
        attendance.left("one");
        pass(9);
        assertThat(isOver()).isFalse();
        pass(1);
        assertThat(isOver()).isTrue();
    }

    @Test
    void a_page_that_cannot_carry_the_script_holds_it_for_the_window_limit() {
        attendance.beat("one");
        attendance.delivered(false);
        attendance.left("one");
        pass(59);
        assertThat(isOver()).isFalse();
        pass(1);
        assertThat(isOver()).isTrue();
    }

    @Test
    void a_beat_that_its_own_farewell_overtook_brings_nothing_back() {
        attendance.beat("one");
        attendance.left("one");
        attendance.beat("one");
        pass(3);

        assertThat(isOver()).isTrue();
    }

    @Test
    void a_window_that_crashed_is_not_waited_for() {
        attendance.beat("crashed");
        pass(30);
        attendance.beat("one");
        pass(8);
        attendance.left("one");
        pass(3);

        assertThat(isOver()).isTrue();
    }

    @Test
    void windows_beyond_the_limit_are_not_counted() {
        assertThat(attendance.beat("one")).isTrue();
        assertThat(attendance.beat("two")).isTrue();
        assertThat(attendance.beat("three")).isTrue();

        assertThat(attendance.beat("four")).isFalse();
        assertThat(attendance.beat("one")).isTrue();
        assertThat(attendance.tabs()).isEqualTo(3);
    }

    @Test
    void signs_are_written_once_a_beat_with_the_moment_of_the_last() {
        assertThat(attendance.toSave()).as("nothing to write").isNull();
        attendance.beat("one");
        pass(2);
        assertThat(attendance.toSave()).isEqualTo(Duration.ofSeconds(2));
        assertThat(attendance.toSave()).isNull();

        pass(5);
        attendance.beat("one");
        pass(9);
        assertThat(attendance.toSave()).as("written 14 s ago").isNull();
        pass(1);
        assertThat(attendance.toSave()).isEqualTo(Duration.ofSeconds(10));
        attendance.notSaved();
        assertThat(attendance.toSave()).isEqualTo(Duration.ofSeconds(10));
    }
}
