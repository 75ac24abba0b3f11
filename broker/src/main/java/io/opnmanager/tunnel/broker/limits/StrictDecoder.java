package io.opnmanager.tunnel.broker.limits;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpVersion;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import java.util.List;

/**
 * Reads requests of HTTP/1.1 as Vert.x does, and refuses what a server in front of the broker could
 * frame in another way (RFC 9112 §6.1, §6.3, §11.2). Netty itself takes any list with "chunked" in
 * it for chunked, and drops a length beside it; what is refused here is answered with 400, and
 * nothing behind it is read.
 */
final class StrictDecoder extends VertxHttpRequestDecoder {

    StrictDecoder(HttpServerOptions options) {
        super(options);
    }

    /** Asked of each request once its head is whole, and before its body is looked for. */
    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage request) {
        List<String> encodings = request.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (!encodings.isEmpty()) {
            boolean one = encodings.size() == 1 && encodings.getFirst().equalsIgnoreCase("chunked");
            boolean length = request.headers().contains(HttpHeaderNames.CONTENT_LENGTH);
            if (!one || length || !request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
                throw new IllegalArgumentException(
                        "wanted a length or the encoding chunked, found more than that");
            }
        }
        return super.isContentAlwaysEmpty(request);
    }
}
