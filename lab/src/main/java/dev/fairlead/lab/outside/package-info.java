/**
 * Labs seen from the host: starting one, finding it again, ending it. Called by the commands;
 * imports the lab's state and control protocol. Nothing here runs inside a lab.
 */
@NullMarked
package dev.fairlead.lab.outside;

import org.jspecify.annotations.NullMarked;
