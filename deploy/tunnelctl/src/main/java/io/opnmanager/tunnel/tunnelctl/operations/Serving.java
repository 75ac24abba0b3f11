package io.opnmanager.tunnel.tunnelctl.operations;

import io.opnmanager.tunnel.contract.operator.Firewall;
import io.opnmanager.tunnel.contract.operator.TunnelAsk;
import io.opnmanager.tunnel.tunnelctl.broker.BrokerClient;
import io.opnmanager.tunnel.tunnelctl.broker.Proxies;
import io.opnmanager.tunnel.tunnelctl.remote.Gateway;
import java.io.IOException;
import java.util.Objects;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The forwards of a file, for as long as the process runs. A service is dialled for each
 * connection; a firewall's session is opened by the first one, ends by the broker's limits, and is
 * opened again by the next.
 */
public final class Serving {

    private static final Logger LOG = Logger.getLogger(Serving.class);

    private final ClientFile file;
    private final Proxies proxies;
    private final Supplier<Signed> operator;

    /** Asked for once, when a firewall is wanted. */
    private @Nullable Signed signed;

    /** A client with an operator's credential, and the key that stands for the operator. */
    public record Signed(BrokerClient broker, OperatorKey key) {}

    /**
     * Of a file.
     *
     * @param operator who opens sessions; asked for only when the file names a firewall
     */
    public Serving(ClientFile file, Proxies proxies, Supplier<Signed> operator) {
        this.file = file;
        this.proxies = proxies;
        this.operator = operator;
    }

    /**
     * Listens on all ports, or on none.
     *
     * @param all what was opened is added here
     * @throws IOException when a port cannot be had, a file cannot be used, or a firewall is not
     *     found
     */
    public void open(Forwards all) throws IOException {
        Service.Credential credential = credential();
        for (ClientFile.Entry entry : file.entries()) {
            Upstream upstream =
                    entry.service() != null
                            ? service(entry.service(), Objects.requireNonNull(credential))
                            : session(entry, all);
            Forward forward =
                    all.add(
                            Forward.open(
                                    LocalAddress.of(entry.listen(), "listen"),
                                    upstream,
                                    file.terms()));
            LOG.infof(
                    "forward open: address=%s port=%d to=%s",
                    forward.local().getAddress().getHostAddress(),
                    forward.local().getPort(),
                    entry.service() != null ? entry.service() : entry.firewall());
        }
    }

    private Service.@Nullable Credential credential() {
        ClientFile.Certificate own = file.certificate();
        return own == null
                ? null
                : new Service.Credential(
                        own.file(),
                        own.keyFile() == null ? own.file() : own.keyFile(),
                        file.gateway() == null ? null : file.gateway().caFile());
    }

    private Upstream service(String name, Service.Credential credential) {
        ClientFile.Gateway gateway = Objects.requireNonNull(file.gateway());
        return new Service(
                name,
                new Gateway(proxies, file.connectLimit(), gateway.tls12()),
                gateway.place(),
                credential);
    }

    private Upstream session(ClientFile.Entry entry, Forwards all) {
        Signed who = signed == null ? operator.get() : signed;
        signed = who;
        Firewall firewall = Fleet.find(who.broker(), Objects.requireNonNull(entry.firewall()));
        return new OnDemand(
                all.add(
                        new Session(
                                who.broker(),
                                new Session.GatewayAccess(
                                        new Gateway(proxies, file.connectLimit(), false),
                                        who.key()),
                                Session.Wanted.fresh(
                                        new TunnelAsk(
                                                firewall.id(),
                                                Targets.of(
                                                        entry.target() == null
                                                                ? "https"
                                                                : entry.target()),
                                                entry.reason(),
                                                null,
                                                null)),
                                new Session.Patience(
                                        file.terms().patience(), file.terms().patience()),
                                now ->
                                        LOG.infof(
                                                "session moved: firewall=%s state=%s reason=%s",
                                                firewall.name(), now.state(), now.why()))));
    }
}
