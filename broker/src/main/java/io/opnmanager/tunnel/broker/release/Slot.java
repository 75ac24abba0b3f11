package io.opnmanager.tunnel.broker.release;

import io.opnmanager.tunnel.broker.identity.Secrets;

/** Which firewalls are the first ones, the same at every node and at every check-in. */
final class Slot {

    private static final int SLOTS = 100;

    private Slot() {}

    /**
     * The place of a firewall among a hundred, 0 to 99: other ones are the first in each version.
     */
    static int of(long firewall, String version) {
        byte[] hash = Secrets.hash(version + " " + firewall);
        int number = (hash[0] & 0xff) << 16 | (hash[1] & 0xff) << 8 | (hash[2] & 0xff);
        return number % SLOTS;
    }
}
