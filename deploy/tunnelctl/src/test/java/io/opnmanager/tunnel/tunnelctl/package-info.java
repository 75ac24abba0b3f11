@NullMarked
package io.opnmanager.tunnel.tunnelctl;

import org.jspecify.annotations.NullMarked;
