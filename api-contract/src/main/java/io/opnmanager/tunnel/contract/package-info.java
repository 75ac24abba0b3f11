/**
 * What every room of the product may know: problem documents, the words of a request's life, limits
 * of sizes.
 *
 * <p>Not here: any behaviour. These types only carry what goes over the wire; what both ends of a
 * line do alike with its bytes has a room of its own, {@code splice}, and how agents ask has {@code
 * call}.
 */
@NullMarked
package io.opnmanager.tunnel.contract;

import org.jspecify.annotations.NullMarked;
