package dev.fairlead.agent.control.pods;

/**
 * What enrolment works with.
 *
 * @param onReleased run when the mesh is removed from the node and no pod is left
 */
public record EnrolmentParts(
        Identities identities,
        PodDataPlane dataPlane,
        CaptureRules rules,
        CaptureReports reports,
        Namespaces namespaces,
        Runnable onReleased) {}
