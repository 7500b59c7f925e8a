/** Tests. */
@NullMarked
package dev.fairlead.cli.cluster;

import org.jspecify.annotations.NullMarked;
