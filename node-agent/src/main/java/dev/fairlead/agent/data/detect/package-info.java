/**
 * What a connection speaks, from its first bytes. Reads no more than it must, keeps what it read,
 * and gives up in time: a server-first protocol sends nothing. Called by data.proxy; imports
 * data.tls for the ClientHello.
 */
@NullMarked
package dev.fairlead.agent.data.detect;

import org.jspecify.annotations.NullMarked;
