/**
 * The cluster as pilot-lite sees it at one moment: immutable records in plain Java. Filled by
 * {@code source} and {@code validate}, read by {@code compile}. Imports of ours: names of objects
 * and workloads from {@code wire} only.
 */
@NullMarked
package dev.fairlead.pilot.state;

import org.jspecify.annotations.NullMarked;
