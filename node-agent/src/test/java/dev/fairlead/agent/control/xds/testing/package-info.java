/** Resources as a control plane sends them, for tests of control.xds. */
@NullMarked
package dev.fairlead.agent.control.xds.testing;

import org.jspecify.annotations.NullMarked;
