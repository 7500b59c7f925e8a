/**
 * The control plane: reads the cluster's objects, validates and compiles them, serves each node's
 * agent its configuration. This package is the composition root; it imports all others below it,
 * and none imports it.
 */
@NullMarked
package dev.fairlead.pilot;

import org.jspecify.annotations.NullMarked;
