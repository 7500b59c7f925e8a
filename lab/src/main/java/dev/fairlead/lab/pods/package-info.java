/**
 * Pods as real processes: a network namespace each, and for every container its own mounts,
 * processes and host name, with restarts and probes. Called by the engine, which owns what runs
 * where; imports the lab's host layer and the records of {@code cluster}, nothing else of the lab.
 */
@NullMarked
package dev.fairlead.lab.pods;

import org.jspecify.annotations.NullMarked;
