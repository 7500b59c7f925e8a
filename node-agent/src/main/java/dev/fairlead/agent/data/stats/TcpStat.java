package dev.fairlead.agent.data.stats;

/** Stats of one TCP filter: {@code tcp.<prefix>.}. Source: Envoy, "TCP proxy", statistics. */
public enum TcpStat implements Stat {
    DOWNSTREAM_CX_TOTAL("downstream_cx_total", Kind.COUNTER, "Connections accepted."),
    DOWNSTREAM_CX_ACTIVE("downstream_cx_active", Kind.GAUGE, "Connections open."),
    DOWNSTREAM_CX_NO_ROUTE(
            "downstream_cx_no_route", Kind.COUNTER, "Connections whose cluster is not there."),
    DOWNSTREAM_CX_RX_BYTES_TOTAL("downstream_cx_rx_bytes_total", Kind.COUNTER, "Bytes received."),
    DOWNSTREAM_CX_TX_BYTES_TOTAL("downstream_cx_tx_bytes_total", Kind.COUNTER, "Bytes sent."),
    DOWNSTREAM_CX_SSL_TOTAL("downstream_cx_ssl_total", Kind.COUNTER, "Connections with TLS."),
    IDLE_TIMEOUT("idle_timeout", Kind.COUNTER, "Connections closed for idleness."),
    MAX_DOWNSTREAM_CONNECTION_DURATION(
            "max_downstream_connection_duration",
            Kind.COUNTER,
            "Connections closed as they had lived as long as they may.");

    private final String statName;
    private final Kind kind;
    private final String help;

    TcpStat(String statName, Kind kind, String help) {
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
