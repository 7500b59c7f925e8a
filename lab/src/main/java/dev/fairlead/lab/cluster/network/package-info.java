/**
 * How pods reach Services without a mesh: endpoints, kube-proxy-like rules, names. Called by the
 * host runtime after each change of a Service or a pod. Imports the lab's values and objects;
 * answers are JSON trees, text and records.
 */
@NullMarked
package dev.fairlead.lab.cluster.network;

import org.jspecify.annotations.NullMarked;
