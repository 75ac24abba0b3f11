/**
 * What the web page of an OPNsense does to whoever stands between it and a browser: sessions,
 * tokens against forged forms, checks of Host and Referer, event streams, transfers, limits of
 * connections. Comments name the file of the public repository opnsense/core that does the same.
 *
 * <p>Not here: a firewall. Every figure that the page shows is made up.
 */
@NullMarked
package io.opnmanager.tunnel.demo.page;

import org.jspecify.annotations.NullMarked;
