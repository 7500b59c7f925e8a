package dev.fairlead.lab.names;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.lab.cluster.network.DnsZone;
import dev.fairlead.lab.cluster.objects.Applied;
import dev.fairlead.lab.cluster.objects.Manifests;
import dev.fairlead.wire.directory.ObjectKey;
import io.netty.handler.codec.dns.DefaultDnsQuery;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DefaultDnsResponse;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DnsAnswersTest {

    private static final DnsZone ZONE = zone();

    private static DnsZone zone() {
        var service =
                Manifests.parse(
                                "test",
                                """
                                apiVersion: v1
                                kind: Service
                                metadata: {name: web}
                                spec: {clusterIP: 198.19.0.10, ports: [{port: 80}]}
                                """,
                                "default")
                        .getFirst();
        return DnsZone.of(
                new Applied(Map.of(ObjectKey.of(service), service)), List.of(), List.of());
    }

    @Test
    void answersWithTheServicesAddress() {
        DnsResponse response = ask("web.default.svc.cluster.local.", DnsRecordType.A);
        assertThat(response.code()).isEqualTo(DnsResponseCode.NOERROR);
        assertThat(response.isAuthoritativeAnswer()).isTrue();
        DnsRawRecord record = response.recordAt(DnsSection.ANSWER);
        byte[] address = new byte[4];
        record.content().readBytes(address);
        assertThat(address).containsExactly(198, 19, 0, 10);
        response.release();
    }

    @Test
    void aNameWithoutSuchARecordIsNoError() {
        DnsResponse response = ask("web.default.svc.cluster.local.", DnsRecordType.AAAA);
        assertThat(response.code()).isEqualTo(DnsResponseCode.NOERROR);
        assertThat(response.count(DnsSection.ANSWER)).isZero();
        response.release();
    }

    @Test
    void knowsWhatIsNotThereAndWhatIsNotOurs() {
        assertThat(codeOf("nosuch.default.svc.cluster.local.")).isEqualTo(DnsResponseCode.NXDOMAIN);
        assertThat(codeOf("example.com.")).isIn(DnsResponseCode.REFUSED, DnsResponseCode.NXDOMAIN);
    }

    private static DnsResponseCode codeOf(String name) {
        DnsResponse response = ask(name, DnsRecordType.A);
        try {
            return response.code();
        } finally {
            response.release();
        }
    }

    private static DnsResponse ask(String name, DnsRecordType type) {
        DefaultDnsQuery query = new DefaultDnsQuery(7);
        query.addRecord(DnsSection.QUESTION, new DefaultDnsQuestion(name, type));
        try {
            return DnsAnswers.fill(new DefaultDnsResponse(7), query, ZONE);
        } finally {
            query.release();
        }
    }
}
