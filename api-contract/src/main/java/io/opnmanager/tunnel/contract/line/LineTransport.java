package io.opnmanager.tunnel.contract.line;

import io.opnmanager.tunnel.contract.splice.Loop;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.sshd.common.Factory;
import org.apache.sshd.common.FactoryManager;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.PropertyResolver;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.cipher.Cipher;
import org.apache.sshd.common.io.AbstractIoServiceFactory;
import org.apache.sshd.common.io.IoAcceptor;
import org.apache.sshd.common.io.IoConnector;
import org.apache.sshd.common.io.IoHandler;
import org.apache.sshd.common.io.IoServiceFactory;
import org.apache.sshd.common.io.IoServiceFactoryFactory;
import org.apache.sshd.common.util.threads.CloseableExecutorService;
import org.apache.sshd.core.CoreModuleProperties;

/**
 * The library's transport on {@link Loop}s, for a client or a server. A line belongs to one loop
 * for life.
 *
 * @param loops take the lines in turns; whoever made them closes them, after the client or server
 * @param patient makes the threads for key exchange and authentication, one at a time for a line
 */
public record LineTransport(List<Loop> loops, Supplier<CloseableExecutorService> patient)
        implements IoServiceFactoryFactory {

    public LineTransport {
        loops = List.copyOf(loops);
    }

    /**
     * What both ends offer first, because processors do it themselves: AES-GCM with 128 and 256
     * bits.
     */
    public static List<NamedFactory<Cipher>> ciphers() {
        return List.of(
                AesGcm.like(BuiltinCiphers.aes128gcm), AesGcm.like(BuiltinCiphers.aes256gcm));
    }

    /**
     * New keys after an hour or as many blocks as RFC 4344 §3.2 wants (64 GiB with AES), as OpenSSH
     * does it, not after every GiB: an exchange holds up a line for a tenth of a second.
     */
    public static void limitKeys(PropertyResolver clientOrServer) {
        CoreModuleProperties.REKEY_BYTES_LIMIT.set(clientOrServer, 0L);
    }

    @Override
    public IoServiceFactory create(FactoryManager manager) {
        return new Services(manager, patient.get(), loops);
    }

    /** Threads are given when it is made. */
    @Override
    public void setExecutorServiceFactory(Factory<CloseableExecutorService> factory) {
        throw new UnsupportedOperationException("the threads of a line transport are given once");
    }

    /** Makes lines for one client or server; closes their threads. */
    static final class Services extends AbstractIoServiceFactory {

        private final List<Loop> loops;
        private final AtomicInteger turn = new AtomicInteger();

        private Services(
                FactoryManager manager, CloseableExecutorService patient, List<Loop> loops) {
            super(manager, patient);
            this.loops = loops;
        }

        @Override
        public IoConnector createConnector(IoHandler handler) {
            return autowireCreatedService(new LineConnector(this, handler));
        }

        @Override
        public IoAcceptor createAcceptor(IoHandler handler) {
            return autowireCreatedService(new LineAcceptor(this, handler));
        }

        Loop next() {
            return loops.get(Math.floorMod(turn.getAndIncrement(), loops.size()));
        }
    }
}
