/**
 * What every room of the product may know: problem documents, the words of a request's life, limits
 * of sizes.
 *
 * <p>Not here: any behaviour. These types only carry what goes over the wire.
 */
@NullMarked
package io.opnmanager.tunnel.contract;

import org.jspecify.annotations.NullMarked;
