/**
 * The validating webhook: what pilot-lite would refuse is refused when it is applied, in the same
 * words. {@code dev.fairlead.pilot} starts it on Kubernetes. Imports {@code state}, {@code
 * validate}, the JDK's HTTPS server; nothing here writes to the cluster.
 */
@NullMarked
package dev.fairlead.pilot.admission;

import org.jspecify.annotations.NullMarked;
