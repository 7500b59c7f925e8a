/**
 * Follows collections of objects of the API server: paged lists, then watches, with each object
 * decoded once, as it passes, to what its user keeps of it. Called by pilot-lite's source. Imports
 * fabric8's HTTP client, which knows the server and its credentials, and {@code wire}'s keys.
 *
 * <p>Not fabric8's informers: those hold every object whole while they decode it, and do not say
 * what became of their watches.
 */
@NullMarked
package dev.fairlead.kubernetes.watch;

import org.jspecify.annotations.NullMarked;
