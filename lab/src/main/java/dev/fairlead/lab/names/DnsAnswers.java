package dev.fairlead.lab.names;

import dev.fairlead.lab.cluster.network.DnsZone;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DnsQuery;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.util.NetUtil;
import java.nio.charset.StandardCharsets;

/** From a question and the zone to the records of the answer. */
final class DnsAnswers {

    /** Pods come and go; clients should ask again soon. */
    private static final int SECONDS_TO_LIVE = 5;

    private static final int MAX_LABEL = 63;

    private DnsAnswers() {}

    /** Puts the answer to {@code query} into {@code response} and returns it. */
    static DnsResponse fill(DnsResponse response, DnsQuery query, DnsZone zone) {
        response.setRecursionDesired(query.isRecursionDesired());
        response.setRecursionAvailable(true);
        DnsQuestion question = query.recordAt(DnsSection.QUESTION);
        if (question == null) {
            return response.setCode(DnsResponseCode.FORMERR);
        }
        response.addRecord(DnsSection.QUESTION, question);
        String name = question.name();
        boolean address = question.type().equals(DnsRecordType.A);
        switch (address ? zone.a(name) : zone.other(name)) {
            case DnsZone.Addresses(var ips) ->
                    ips.forEach(ip ->
                            add(
                                    response,
                                    name,
                                    DnsRecordType.A,
                                    Unpooled.wrappedBuffer(
                                            NetUtil.createByteArrayFromIpAddressString(ip))));
            case DnsZone.Alias(var target) ->
                    add(response, name, DnsRecordType.CNAME, labels(target));
            case DnsZone.NoData _ -> response.setAuthoritativeAnswer(true);
            case DnsZone.NoSuchName _ -> response.setCode(DnsResponseCode.NXDOMAIN);
            case DnsZone.NotOurs _ -> response.setCode(DnsResponseCode.REFUSED);
        }
        return response;
    }

    private static void add(DnsResponse response, String name, DnsRecordType type, ByteBuf data) {
        response.setAuthoritativeAnswer(true);
        response.addRecord(
                DnsSection.ANSWER, new DefaultDnsRawRecord(name, type, SECONDS_TO_LIVE, data));
    }

    private static ByteBuf labels(String name) {
        ByteBuf data = Unpooled.buffer();
        for (String label : name.split("\\.", -1)) {
            byte[] bytes = label.getBytes(StandardCharsets.US_ASCII);
            if (bytes.length > 0 && bytes.length <= MAX_LABEL) {
                data.writeByte(bytes.length).writeBytes(bytes);
            }
        }
        return data.writeByte(0);
    }
}
