/**
 * The node agent: the composition root and what joins control, data and ops, which do not know each
 * other. Imported by nobody.
 */
@NullMarked
package dev.fairlead.agent;

import org.jspecify.annotations.NullMarked;
