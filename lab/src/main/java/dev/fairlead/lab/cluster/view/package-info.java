/**
 * The lab's pods, nodes and objects as others see them: as API objects for the control plane, as
 * kubectl's tables for people. Called by the host runtime. Imports the lab's values and objects.
 */
@NullMarked
package dev.fairlead.lab.cluster.view;

import org.jspecify.annotations.NullMarked;
