/**
 * What the data plane counts. Plain longs in objects that one worker loop writes and anybody may
 * read (a reader sees each counter at most a moment late, never torn); names are rendered at the
 * scrape, off the loops. Written by data, read by ops; imports the model only.
 */
@NullMarked
package dev.fairlead.agent.data.stats;

import org.jspecify.annotations.NullMarked;
