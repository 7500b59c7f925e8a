/**
 * The whole path of a connection, assembled: workers, the pods that live on them, and the outbound
 * and inbound handlers. Reads the model; imports every other data package and is imported by none.
 */
@NullMarked
package dev.fairlead.agent.data.proxy;

import org.jspecify.annotations.NullMarked;
