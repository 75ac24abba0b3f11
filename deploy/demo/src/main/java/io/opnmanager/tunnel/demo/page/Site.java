package io.opnmanager.tunnel.demo.page;

/**
 * Which firewall the page belongs to, and who may sign in there.
 *
 * @param name as its owner calls it
 * @param host its own host name
 * @param user the only one it knows
 * @param password of the user
 */
public record Site(String name, String host, String user, String password) {

    /** The shade that tells this firewall from others at a glance, 0 to 359. */
    int hue() {
        // Spread by the golden angle: firewall-1 and firewall-2 are far apart.
        return Math.floorMod(name.hashCode() * 137 + 200, 360);
    }

    /** Without the password: this record may appear in a log. */
    @Override
    public String toString() {
        return "Site[" + name + "]";
    }
}
