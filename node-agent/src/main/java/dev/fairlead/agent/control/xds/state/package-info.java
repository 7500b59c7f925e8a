/**
 * The resources that an agent holds, compiled, with their last good versions; what of them may be
 * installed now (make before break); and their copy on disk. One owner: the thread of XdsClient.
 * May import model and control.xds.compile.
 */
@NullMarked
package dev.fairlead.agent.control.xds.state;

import org.jspecify.annotations.NullMarked;
