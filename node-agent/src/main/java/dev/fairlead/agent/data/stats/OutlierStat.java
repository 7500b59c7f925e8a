package dev.fairlead.agent.data.stats;

/**
 * Stats of the ejection of a cluster's endpoints: {@code cluster.<name>.outlier_detection.}.
 * Source: Envoy, "Cluster manager", outlier detection statistics.
 */
public enum OutlierStat implements Stat {
    EJECTIONS_ACTIVE(
            "outlier_detection.ejections_active",
            Kind.GAUGE,
            "Endpoints that pods leave alone now."),
    ENFORCED_TOTAL(
            "outlier_detection.ejections_enforced_total",
            Kind.COUNTER,
            "Ejections, for whatever reason."),
    OVERFLOW(
            "outlier_detection.ejections_overflow",
            Kind.COUNTER,
            "Ejections left out as too many endpoints are ejected."),
    TOTAL(
            "outlier_detection.ejections_total",
            Kind.COUNTER,
            "Ejections for errors in a row or success rate, enforced or not."),
    CONSECUTIVE_5XX(
            "outlier_detection.ejections_consecutive_5xx",
            Kind.COUNTER,
            "Endpoints with too many errors in a row, enforced or not."),
    SUCCESS_RATE(
            "outlier_detection.ejections_success_rate",
            Kind.COUNTER,
            "Endpoints far below the mean success rate, enforced or not."),
    DETECTED_CONSECUTIVE_5XX(
            "outlier_detection.ejections_detected_consecutive_5xx",
            Kind.COUNTER,
            "Endpoints with too many errors in a row."),
    DETECTED_CONSECUTIVE_GATEWAY_FAILURE(
            "outlier_detection.ejections_detected_consecutive_gateway_failure",
            Kind.COUNTER,
            "Endpoints with too many gateway errors in a row."),
    DETECTED_CONSECUTIVE_LOCAL_ORIGIN_FAILURE(
            "outlier_detection.ejections_detected_consecutive_local_origin_failure",
            Kind.COUNTER,
            "Endpoints with too many failures to reach them in a row."),
    DETECTED_SUCCESS_RATE(
            "outlier_detection.ejections_detected_success_rate",
            Kind.COUNTER,
            "Endpoints with a success rate far below the mean."),
    DETECTED_LOCAL_ORIGIN_SUCCESS_RATE(
            "outlier_detection.ejections_detected_local_origin_success_rate",
            Kind.COUNTER,
            "Endpoints with far more failures to reach them than others."),
    DETECTED_FAILURE_PERCENTAGE(
            "outlier_detection.ejections_detected_failure_percentage",
            Kind.COUNTER,
            "Endpoints with too many errors in an interval."),
    DETECTED_LOCAL_ORIGIN_FAILURE_PERCENTAGE(
            "outlier_detection.ejections_detected_local_origin_failure_percentage",
            Kind.COUNTER,
            "Endpoints with too many failures to reach them in an interval."),
    ENFORCED_CONSECUTIVE_5XX(
            "outlier_detection.ejections_enforced_consecutive_5xx",
            Kind.COUNTER,
            "Ejections for too many errors in a row."),
    ENFORCED_CONSECUTIVE_GATEWAY_FAILURE(
            "outlier_detection.ejections_enforced_consecutive_gateway_failure",
            Kind.COUNTER,
            "Ejections for too many gateway errors in a row."),
    ENFORCED_CONSECUTIVE_LOCAL_ORIGIN_FAILURE(
            "outlier_detection.ejections_enforced_consecutive_local_origin_failure",
            Kind.COUNTER,
            "Ejections for too many failures to reach them in a row."),
    ENFORCED_SUCCESS_RATE(
            "outlier_detection.ejections_enforced_success_rate",
            Kind.COUNTER,
            "Ejections for a success rate far below the mean."),
    ENFORCED_LOCAL_ORIGIN_SUCCESS_RATE(
            "outlier_detection.ejections_enforced_local_origin_success_rate",
            Kind.COUNTER,
            "Ejections for far more failures to reach them than others."),
    ENFORCED_FAILURE_PERCENTAGE(
            "outlier_detection.ejections_enforced_failure_percentage",
            Kind.COUNTER,
            "Ejections for too many errors in an interval."),
    ENFORCED_LOCAL_ORIGIN_FAILURE_PERCENTAGE(
            "outlier_detection.ejections_enforced_local_origin_failure_percentage",
            Kind.COUNTER,
            "Ejections for too many failures to reach them in an interval.");

    private final String statName;
    private final Kind kind;
    private final String help;

    OutlierStat(String statName, Kind kind, String help) {
        this.statName = statName;
        this.kind = kind;
        this.help = help;
    }

    @Override
    public String statName() {
        return statName;
    }

    @Override
    public Kind kind() {
        return kind;
    }

    @Override
    public String help() {
        return help;
    }
}
