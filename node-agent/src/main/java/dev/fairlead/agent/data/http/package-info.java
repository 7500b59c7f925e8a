/**
 * HTTP/1.x as strangers may send it and as we pass it on: decoders that refuse what is ambiguous,
 * checks of heads, hop-by-hop rules. Knows messages, not where they go. Called by data.upstream and
 * data.proxy.
 */
@NullMarked
package dev.fairlead.agent.data.http;

import org.jspecify.annotations.NullMarked;
