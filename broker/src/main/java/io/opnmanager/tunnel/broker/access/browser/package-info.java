/**
 * The firewall's web page in an operator's browser: one host name per session, and a relay that
 * makes a page which believes to be at home on the firewall work there.
 *
 * <p>Not here: who may use which session (room {@code access}), and how bytes get to the firewall
 * (room {@code tunnel}).
 */
@NullMarked
package io.opnmanager.tunnel.broker.access.browser;

import org.jspecify.annotations.NullMarked;
