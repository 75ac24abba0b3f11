@NullMarked
package io.opnmanager.tunnel.packages;

import org.jspecify.annotations.NullMarked;
