package dev.fairlead.agent.data.outlier;

import dev.fairlead.agent.data.stats.OutlierStat;
import dev.fairlead.agent.model.cluster.OutlierDetection;

/** Why an endpoint is left alone. Source: Envoy, OutlierEjectionType. */
enum EjectionType {
    CONSECUTIVE_5XX(OutlierStat.DETECTED_CONSECUTIVE_5XX, OutlierStat.ENFORCED_CONSECUTIVE_5XX),
    CONSECUTIVE_GATEWAY_FAILURE(
            OutlierStat.DETECTED_CONSECUTIVE_GATEWAY_FAILURE,
            OutlierStat.ENFORCED_CONSECUTIVE_GATEWAY_FAILURE),
    CONSECUTIVE_LOCAL_ORIGIN_FAILURE(
            OutlierStat.DETECTED_CONSECUTIVE_LOCAL_ORIGIN_FAILURE,
            OutlierStat.ENFORCED_CONSECUTIVE_LOCAL_ORIGIN_FAILURE),
    SUCCESS_RATE(OutlierStat.DETECTED_SUCCESS_RATE, OutlierStat.ENFORCED_SUCCESS_RATE),
    SUCCESS_RATE_LOCAL_ORIGIN(
            OutlierStat.DETECTED_LOCAL_ORIGIN_SUCCESS_RATE,
            OutlierStat.ENFORCED_LOCAL_ORIGIN_SUCCESS_RATE),
    FAILURE_PERCENTAGE(
            OutlierStat.DETECTED_FAILURE_PERCENTAGE, OutlierStat.ENFORCED_FAILURE_PERCENTAGE),
    FAILURE_PERCENTAGE_LOCAL_ORIGIN(
            OutlierStat.DETECTED_LOCAL_ORIGIN_FAILURE_PERCENTAGE,
            OutlierStat.ENFORCED_LOCAL_ORIGIN_FAILURE_PERCENTAGE);

    private final OutlierStat detected;
    private final OutlierStat enforced;

    EjectionType(OutlierStat detected, OutlierStat enforced) {
        this.detected = detected;
        this.enforced = enforced;
    }

    OutlierStat detected() {
        return detected;
    }

    OutlierStat enforced() {
        return enforced;
    }

    /** How many percent of what is detected leads to an ejection. */
    int enforcedPercent(OutlierDetection config) {
        return switch (this) {
            case CONSECUTIVE_5XX -> config.enforcing5xxPercent();
            case CONSECUTIVE_GATEWAY_FAILURE -> config.enforcingGatewayPercent();
            case CONSECUTIVE_LOCAL_ORIGIN_FAILURE -> config.enforcingLocalOriginPercent();
            case SUCCESS_RATE -> config.successRate().enforcingPercent();
            case SUCCESS_RATE_LOCAL_ORIGIN -> config.successRate().enforcingLocalPercent();
            case FAILURE_PERCENTAGE -> config.failurePercentage().enforcingPercent();
            case FAILURE_PERCENTAGE_LOCAL_ORIGIN ->
                    config.failurePercentage().enforcingLocalPercent();
        };
    }
}
