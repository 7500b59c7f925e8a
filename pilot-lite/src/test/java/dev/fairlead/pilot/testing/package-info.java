/** What pilot-lite's tests share: clusters written as YAML, a mesh CA, a raw ADS client. */
@NullMarked
package dev.fairlead.pilot.testing;

import org.jspecify.annotations.NullMarked;
