package io.opnmanager.tunnel.tunnelctl.command;

import java.util.Locale;

/** How answers look. */
enum OutputFormat {
    /** For people. */
    TABLE,
    /** For programs: one document, or one a line when it goes on. */
    JSON;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
