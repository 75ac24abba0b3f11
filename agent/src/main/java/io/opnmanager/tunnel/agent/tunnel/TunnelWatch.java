package io.opnmanager.tunnel.agent.tunnel;

/** Is told what becomes of tunnels. Called by their threads; must not block. */
public interface TunnelWatch {

    /** It is up. */
    void active(long requestId, int port);

    /** It is up still; said when the broker asks for it again. */
    void stillActive(long requestId, int port);

    /** Nothing is left of it. */
    void disconnected(long requestId, int port, String detail);

    /** It could not be opened and will not be. */
    void failed(long requestId, int port, String detail);
}
