/**
 * From a Pod object to what is started: image, arguments, environment, files, probes. Called by the
 * workload reconciler. Imports the lab's values and objects; the one file it reads is the image
 * map.
 */
@NullMarked
package dev.fairlead.lab.cluster.pods;

import org.jspecify.annotations.NullMarked;
