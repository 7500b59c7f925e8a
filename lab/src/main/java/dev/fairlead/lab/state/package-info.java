/**
 * What a lab keeps on disk: its folder, its settings, the process it lives in. Used on both sides,
 * by the commands on the host and by the daemon within; imports nothing of the lab.
 */
@NullMarked
package dev.fairlead.lab.state;

import org.jspecify.annotations.NullMarked;
