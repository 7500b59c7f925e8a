/**
 * HTTP/2 on top of Netty's codec: heads in and out without copies, what strangers may send and how
 * much of it, and what both sides of a proxy have in common. Knows frames and messages, not where
 * they go. Called by data.upstream and data.proxy.
 */
@NullMarked
package dev.fairlead.agent.data.http2;

import org.jspecify.annotations.NullMarked;
