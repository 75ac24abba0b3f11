package io.opnmanager.tunnel.broker.limits;

import io.netty.bootstrap.ChannelInitializerExtension;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Singleton;

/**
 * Puts a {@link HeadWatch} on each connection to the broker's HTTP ports. Neither Quarkus nor
 * Vert.x has a deadline for the head of a request, nor a place to put one in before the first
 * request; Netty has, an extension that sees each connection of each server.
 */
@Singleton
class RequestHeads implements HttpServerOptionsCustomizer {

    private final HttpSettings settings;

    RequestHeads(HttpSettings settings) {
        this.settings = settings;
    }

    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        watch(options);
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        watch(options);
    }

    /**
     * Called before the first server listens; extensions are looked for when the first one does.
     */
    private void watch(HttpServerOptions options) {
        System.setProperty(ChannelInitializerExtension.EXTENSIONS_SYSTEM_PROPERTY, "serviceload");
        HeadWatchExtension.limits(
                new HeadWatch.Limits(settings.requestHead(), settings.pipelined(), options));
    }
}
