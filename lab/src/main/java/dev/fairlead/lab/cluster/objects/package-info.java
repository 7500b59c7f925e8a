/**
 * Kubernetes objects as JSON trees: read from manifests, named by kind, selected by label, and what
 * of them the lab does not do. Used by every other part of the lab. Imports Jackson's tree model,
 * SnakeYAML's node graph and wire's object keys; files are read in {@link
 * dev.fairlead.lab.cluster.objects.Manifests} only.
 */
@NullMarked
package dev.fairlead.lab.cluster.objects;

import org.jspecify.annotations.NullMarked;
