/**
 * What a regular expression would cost, before anybody compiles it. pilot-lite asks when it reads
 * an object, the agent when it takes a resource. Imports nothing of Fairlead.
 */
@NullMarked
package dev.fairlead.wire.regex;

import org.jspecify.annotations.NullMarked;
