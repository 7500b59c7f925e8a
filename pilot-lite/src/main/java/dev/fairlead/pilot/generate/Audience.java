package dev.fairlead.pilot.generate;

import dev.fairlead.pilot.compile.PodView;
import dev.fairlead.pilot.compile.Profile;

/** For whom resources are written, where that makes a difference. */
sealed interface Audience {

    /**
     * A node's agent, which finds the calling workload itself.
     *
     * @param profile what it understands
     */
    record Agent(int profile) implements Audience {}

    /** An Envoy that stands beside one pod. */
    record Envoy(PodView pod, String identity) implements Audience {}

    /** The name of the secret that clients' certificates come from. */
    default String clientSecret() {
        return switch (this) {
            case Agent _ -> "source-workload";
            case Envoy(_, String identity) -> identity;
        };
    }

    /** Whether it writes and takes PROXY headers. */
    default boolean knowsProxyProtocol() {
        return switch (this) {
            case Agent(int profile) -> profile >= Profile.PROXY_PROTOCOL;
            case Envoy _ -> true;
        };
    }

    /** Whether it honours what routes and clusters say beyond where to. */
    default boolean knowsTrafficPolicy() {
        return switch (this) {
            case Agent(int profile) -> profile >= Profile.TRAFFIC_POLICY;
            case Envoy _ -> true;
        };
    }

    /** Whether it leaves endpoints alone that fail. */
    default boolean knowsOutlierDetection() {
        return switch (this) {
            case Agent(int profile) -> profile >= Profile.OUTLIER_DETECTION;
            case Envoy _ -> true;
        };
    }

    /** Whether it asks endpoints how they are. */
    default boolean knowsHealthChecks() {
        return switch (this) {
            case Agent(int profile) -> profile >= Profile.HEALTH_CHECKS;
            case Envoy _ -> true;
        };
    }

    /** Whether it normalises paths. What guards a pod is written for all, known or not. */
    default boolean knowsSecurity() {
        return switch (this) {
            case Agent(int profile) -> profile >= Profile.SECURITY;
            case Envoy _ -> true;
        };
    }

    /** Whether it counts each policy, and asks authorizers with bodies and about connections. */
    default boolean knowsAuthorizers() {
        return switch (this) {
            case Agent(int profile) -> profile >= Profile.AUTHORIZERS;
            case Envoy _ -> true;
        };
    }

    /** Whether it can be told what to say of who calls; an older one says what it always said. */
    default boolean knowsClientCertificates() {
        return switch (this) {
            case Agent(int profile) -> profile >= Profile.IDENTITY;
            case Envoy _ -> true;
        };
    }

    /** Whether it knows the fields that Envoy's types have in {@code newer.proto} only. */
    default boolean knowsNewerFields() {
        return switch (this) {
            case Agent(int profile) -> profile >= Profile.NEWER_FIELDS;
            case Envoy _ -> true;
        };
    }

    /** Whether HTTP/2 is HTTP to it; to an older agent it is bytes. */
    default boolean knowsHttp2() {
        return switch (this) {
            case Agent(int profile) -> profile >= Profile.HTTP2;
            case Envoy _ -> true;
        };
    }
}
