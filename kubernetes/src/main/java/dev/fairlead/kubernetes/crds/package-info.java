/**
 * The custom resource definitions: created where they are missing, kept up to date where they are
 * ours, and left alone where they are another's. Called by the install Job and the uninstall
 * command.
 */
@NullMarked
package dev.fairlead.kubernetes.crds;

import org.jspecify.annotations.NullMarked;
