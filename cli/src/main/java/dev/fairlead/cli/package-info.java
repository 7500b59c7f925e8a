/**
 * The operator's commands behind {@code ./fairlead}, one class each. Exit codes: 0 done, 1 refused
 * or failed, 2 usage. Started by the launcher script, which has settled folders and JDK; imports
 * the lab's outside, control and state packages.
 */
@NullMarked
package dev.fairlead.cli;

import org.jspecify.annotations.NullMarked;
