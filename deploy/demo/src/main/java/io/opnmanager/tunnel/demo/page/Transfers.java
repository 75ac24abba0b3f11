package io.opnmanager.tunnel.demo.page;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerFileUpload;
import io.vertx.core.http.HttpServerResponse;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Much in one piece, either way, held nowhere: an upload is counted and hashed as it comes, a
 * download is made as it goes. OPNsense takes 200 MB at a time
 * (src/opnsense/service/templates/OPNsense/WebGui/php.ini: upload_max_filesize).
 */
final class Transfers {

    private static final int BLOCK = 64 * 1024;
    private static final long DEFAULT_DOWNLOAD = 64L * 1024 * 1024;

    private Transfers() {}

    /** The form, and what came of the one that was sent before. */
    static void restore(Call call) {
        if (!call.isPost()) {
            call.html(
                    "backup.html",
                    Map.of("file", "", "bytes", "", "sha256", "", "state", "nothing"));
            return;
        }
        MessageDigest digest = sha256();
        AtomicLong count = new AtomicLong();
        AtomicReference<String> file = new AtomicReference<>("");
        call.request()
                .uploadHandler((HttpServerFileUpload upload) -> {
                    file.set(upload.filename());
                    upload.handler((Buffer part) -> {
                        count.addAndGet(part.length());
                        digest.update(part.getBytes());
                    });
                });
        Forms.read(
                call,
                fields ->
                        call.html(
                                "backup.html",
                                Map.of(
                                        "file", file.get(),
                                        "bytes", Long.toString(count.get()),
                                        "sha256", HexFormat.of().formatHex(digest.digest()),
                                        "state", "received")));
    }

    /** {@code ?bytes=} of them; what they are is said at {@link #fill}. */
    static void backup(Call call) {
        long bytes = number(call, "bytes", DEFAULT_DOWNLOAD);
        call.response()
                .putHeader(
                        "Content-Disposition", "attachment; filename=\"config-" + bytes + ".bin\"");
        send(call.response(), bytes, Transfers::fill);
    }

    /** {@code ?n=} zeros. */
    static void zeros(Call call) {
        send(call.response(), number(call, "n", 0), (block, from) -> {});
    }

    private static void send(
            HttpServerResponse response, long bytes, ObjLongConsumer<byte[]> content) {
        response.putHeader("Content-Type", "application/octet-stream")
                .putHeader("Content-Length", Long.toString(bytes));
        more(response, 0, bytes, content);
    }

    /** As much as the peer takes; goes on when it took it. */
    private static void more(
            HttpServerResponse response, long from, long bytes, ObjLongConsumer<byte[]> content) {
        long at = from;
        while (at < bytes && !response.writeQueueFull()) {
            byte[] block = new byte[(int) Math.min(BLOCK, bytes - at)];
            content.accept(block, at);
            response.write(Buffer.buffer(block));
            at += block.length;
        }
        if (at == bytes) {
            response.end();
        } else {
            long next = at;
            response.drainHandler(drained -> more(response, next, bytes, content));
        }
    }

    /** Every 8 bytes are a number, one more than the 8 before, so that a gap or a repeat shows. */
    static void fill(byte[] block, long from) {
        for (int i = 0; i < block.length; i++) {
            long at = from + i;
            block[i] = (byte) ((at / 8) >>> (8 * (7 - at % 8)));
        }
    }

    static long number(Call call, String key, long otherwise) {
        @Nullable String text = call.request().getParam(key);
        return text == null || !text.matches("\\d{1,15}") ? otherwise : Long.parseLong(text);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
