package io.opnmanager.tunnel.broker.access.browser;

/** What a relay tells the session that it works for. Called on event loops: must not block. */
interface Signs {

    /**
     * A document went to the browser.
     *
     * @param withScript whether it carries the script that says when its window is gone
     */
    void documentDelivered(boolean withScript);

    /**
     * The target showed another certificate than the pinned one; nothing was sent to it.
     *
     * @param sha256 SHA-256 of the certificate that it showed
     */
    void wrongCertificate(byte[] sha256);
}
