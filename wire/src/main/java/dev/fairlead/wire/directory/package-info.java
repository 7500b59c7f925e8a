/**
 * The cluster directory: Kubernetes objects as files, one object a file, which takes the place of
 * an API server where there is none. Written by the lab and (its {@code status} part) by
 * pilot-lite; read by pilot-lite, ca and the lab; never by agents. Imports Jackson only.
 */
@NullMarked
package dev.fairlead.wire.directory;

import org.jspecify.annotations.NullMarked;
