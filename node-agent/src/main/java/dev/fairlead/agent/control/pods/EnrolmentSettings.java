package dev.fairlead.agent.control.pods;

import java.time.Duration;

/**
 * Bounds of enrolment.
 *
 * @param patience how long an add waits for certificate and listeners; default 30 s
 * @param agentsBound how long un-enrolment waits for all agents to stop using mTLS; default 5 s
 * @param settle after new connections are no longer taken, how long one that is just being made may
 *     take; default 500 ms
 * @param verifyInterval how often a pod's rules are looked at and repaired, about 20 ms of CPU each
 *     time; default 60 s
 * @param retryInterval between attempts to report, and to enrol again after a restart; default 1 s
 * @param toDrain where the mesh is removed from the node, how long connections that pods hold may
 *     go on; default 20 s
 */
public record EnrolmentSettings(
        Duration patience,
        Duration agentsBound,
        Duration settle,
        Duration verifyInterval,
        Duration retryInterval,
        Duration toDrain) {

    public static final EnrolmentSettings DEFAULTS =
            new EnrolmentSettings(
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(5),
                    Duration.ofMillis(500),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(20));
}
