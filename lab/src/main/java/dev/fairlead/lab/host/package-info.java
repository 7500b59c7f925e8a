/**
 * The machine under the lab: commands, network namespaces, the links between them, packet rules.
 * Called by everything in the lab that touches the kernel; imports nothing of the lab. Runs inside
 * the lab's own user, mount, network and PID namespaces, never on the host.
 */
@NullMarked
package dev.fairlead.lab.host;

import org.jspecify.annotations.NullMarked;
