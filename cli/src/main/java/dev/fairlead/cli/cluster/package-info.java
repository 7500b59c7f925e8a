/**
 * Commands that look at configuration: {@code analyze} and {@code authz}, of files and of a
 * cluster, and {@code status}, of a cluster's agents. Called by {@code cli}; imports pilot-lite's
 * {@code source}, {@code compile} and {@code validate}, the lab's manifests and the API server's
 * client. Nothing is changed.
 */
@NullMarked
package dev.fairlead.cli.cluster;

import org.jspecify.annotations.NullMarked;
