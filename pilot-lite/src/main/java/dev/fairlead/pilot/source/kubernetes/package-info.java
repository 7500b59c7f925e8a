/**
 * The cluster's state as a Kubernetes API server tells it: follows every collection that matters,
 * decodes each object once, and hands over one state after each burst of changes. Opened by the
 * composition root. Imports {@code source}, what it uses, and {@code dev.fairlead.kubernetes}.
 */
@NullMarked
package dev.fairlead.pilot.source.kubernetes;

import org.jspecify.annotations.NullMarked;
