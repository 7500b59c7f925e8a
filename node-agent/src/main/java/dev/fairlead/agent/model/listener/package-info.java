/**
 * What happens to an accepted connection: filter chains, chosen by Envoy's matching order from the
 * facts of the connection. Immutable and pure.
 */
@NullMarked
package dev.fairlead.agent.model.listener;

import org.jspecify.annotations.NullMarked;
