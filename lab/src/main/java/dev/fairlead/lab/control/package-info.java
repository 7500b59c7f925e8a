/**
 * How commands on the host talk to the daemon in the lab: one JSON request a connection over the
 * lab's Unix socket, answered by lines of output and an exit code. Used by the commands ({@link
 * dev.fairlead.lab.control.ControlClient}) and the daemon ({@link
 * dev.fairlead.lab.control.ControlServer}); imports nothing of the lab.
 */
@NullMarked
package dev.fairlead.lab.control;

import org.jspecify.annotations.NullMarked;
