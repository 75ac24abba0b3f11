package io.opnmanager.tunnel.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opnmanager.tunnel.benchmarks.load.Bulk.Direction;
import io.opnmanager.tunnel.benchmarks.load.Wire.Order;
import java.io.EOFException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrafficTargetTest {

    @Test
    void what_is_sent_to_an_echo_comes_back() throws Exception {
        try (TrafficTarget target = TrafficTarget.start();
                SocketChannel connection = Wire.connect(target.address())) {
            Wire.order(connection, Order.ECHO);
            Wire.writeAll(connection, ByteBuffer.wrap("hello".getBytes(StandardCharsets.UTF_8)));
            ByteBuffer answer = Wire.readAll(connection, ByteBuffer.allocate(5));
            connection.shutdownOutput();

            assertThat(new String(answer.array(), StandardCharsets.UTF_8)).isEqualTo("hello");
            Wire.awaitEnd(connection);
        }
    }

    @Test
    void an_order_that_nobody_knows_is_hung_up_on() throws Exception {
        try (TrafficTarget target = TrafficTarget.start();
                SocketChannel connection = Wire.connect(target.address())) {
            Wire.writeAll(connection, ByteBuffer.wrap(new byte[] {'?'}));

            assertThatThrownBy(() -> Wire.readAll(connection, ByteBuffer.allocate(1)))
                    .isInstanceOf(EOFException.class)
                    .hasMessage("wanted 1 bytes, found the end after 0");
        }
    }

    @Test
    void it_looks_like_a_page_to_who_asks_whether_one_is_there() throws Exception {
        try (TrafficTarget target = TrafficTarget.start();
                HttpClient client = HttpClient.newHttpClient()) {
            URI page = URI.create("http://127.0.0.1:" + target.address().getPort());

            int status =
                    client.send(
                                    HttpRequest.newBuilder(page)
                                            .version(HttpClient.Version.HTTP_1_1)
                                            .HEAD()
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode();

            assertThat(status).isEqualTo(204);
        }
    }

    @Test
    void it_is_a_program_too(@TempDir Path folder) throws Exception {
        try (TargetProgram target = TargetProgram.start(folder)) {
            assertThat(Bulk.run(target.address(), Direction.UP, 2, 1_000)).isPositive();
            assertThat(target.program().pid()).isNotEqualTo(ProcessHandle.current().pid());
        }
    }
}
