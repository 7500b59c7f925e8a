@NullMarked
package dev.fairlead.kubernetes.watch;

import org.jspecify.annotations.NullMarked;
