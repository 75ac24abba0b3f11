package io.opnmanager.tunnel.acceptance;

import com.microsoft.playwright.options.ColorScheme;
import java.util.Locale;

/** How somebody looks at pages. */
enum Look {
    LIGHT(1280, 800, ColorScheme.LIGHT),
    DARK(1280, 800, ColorScheme.DARK),
    SMALL(1024, 768, ColorScheme.LIGHT),
    SMALL_DARK(1024, 768, ColorScheme.DARK),
    PHONE(390, 844, ColorScheme.LIGHT),
    PHONE_DARK(390, 844, ColorScheme.DARK);

    final int width;
    final int height;
    final ColorScheme colours;

    Look(int width, int height, ColorScheme colours) {
        this.width = width;
        this.height = height;
        this.colours = colours;
    }

    /** For names of files. */
    String suffix() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
