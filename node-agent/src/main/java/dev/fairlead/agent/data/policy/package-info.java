/**
 * What a pod lets in, request by request: its access rules are asked, its token buckets are taken
 * from, and both are counted. Called by data.proxy before a request is routed on; imports the model
 * and data.stats. Everything that changes here belongs to the pod's loop.
 */
@NullMarked
package dev.fairlead.agent.data.policy;

import org.jspecify.annotations.NullMarked;
