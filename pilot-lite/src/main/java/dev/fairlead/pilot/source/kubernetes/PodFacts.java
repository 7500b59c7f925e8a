package dev.fairlead.pilot.source.kubernetes;

import dev.fairlead.pilot.source.CaptureBook;
import dev.fairlead.pilot.state.Pod;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a pod.
 *
 * @param report what its condition says of its capture, or null without one
 */
record PodFacts(Pod pod, CaptureBook.@Nullable Report report) {}
