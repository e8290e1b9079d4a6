/**
 * Kubernetes Services as one node must serve them: the objects, and which endpoints a packet to
 * which address may go to. Pure: no kernel, no rules, no clock.
 *
 * <p>The objects ({@link dev.weft.services.Service}, {@link dev.weft.services.EndpointSlice}) hold
 * what the API has of them, as far as it matters here. {@link dev.weft.services.ServedPort} is what
 * a node makes of them; {@link dev.weft.services.Manifests} is how users write them down.
 */
@NullMarked
package dev.weft.services;

import org.jspecify.annotations.NullMarked;
