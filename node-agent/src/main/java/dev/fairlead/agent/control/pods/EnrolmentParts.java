package dev.fairlead.agent.control.pods;

/** What enrolment works with. */
public record EnrolmentParts(
        Identities identities,
        PodDataPlane dataPlane,
        CaptureRules rules,
        CaptureReports reports,
        Namespaces namespaces) {}
