package io.opnmanager.tunnel.tunnelctl.command;

/** How answers look. */
enum OutputFormat {
    /** For people. */
    TABLE,
    /** For programs: one document, or one a line when it goes on. */
    JSON;

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
