/**
 * The way in for a browser on the host: listeners on 127.0.0.1 that were bound outside and
 * inherited, each relayed to one place in the lab. Called by the daemon; imports Netty only.
 */
@NullMarked
package dev.fairlead.lab.browser;

import org.jspecify.annotations.NullMarked;
