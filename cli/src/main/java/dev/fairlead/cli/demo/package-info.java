/**
 * {@code ./fairlead demo}: bookinfo on two nodes, step by step, with what was really observed. Uses
 * the launcher's own commands, as a user would; imports nothing of the mesh.
 */
@NullMarked
package dev.fairlead.cli.demo;

import org.jspecify.annotations.NullMarked;
