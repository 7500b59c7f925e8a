/**
 * What a pod is to the lab, as values: what to start ({@link dev.fairlead.lab.cluster.PodLaunch})
 * and how it does ({@link dev.fairlead.lab.cluster.PodState}). The sub-packages compute the one
 * from Kubernetes objects and everything else (addresses, endpoints, rules, names, tables) from the
 * other; the lab's host runtime carries it out. Nothing here starts a process, opens a socket or
 * enters a namespace. Imports Jackson's tree model and wire only; sub-packages import this package,
 * never the reverse.
 */
@NullMarked
package dev.fairlead.lab.cluster;

import org.jspecify.annotations.NullMarked;
