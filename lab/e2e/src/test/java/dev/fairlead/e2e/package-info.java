/**
 * End-to-end tests: they drive {@code ./fairlead lab …} as users do, as processes, and import
 * nothing of the product. Tagged {@code lab}.
 */
@NullMarked
package dev.fairlead.e2e;

import org.jspecify.annotations.NullMarked;
