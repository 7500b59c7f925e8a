/** Tests of HTTP/1.x as strangers may send it. */
@NullMarked
package dev.fairlead.agent.data.http;

import org.jspecify.annotations.NullMarked;
