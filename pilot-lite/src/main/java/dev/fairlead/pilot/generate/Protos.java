package dev.fairlead.pilot.generate;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.Value;
import dev.fairlead.pilot.state.StringMatch;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.io.IOException;

/** Small messages that many resources are made of. */
final class Protos {

    /** "Ask the server that this came from." */
    static final ConfigSource ADS =
            ConfigSource.newBuilder()
                    .setAds(AggregatedConfigSource.getDefaultInstance())
                    .setResourceApiVersion(ApiVersion.V3)
                    .build();

    private Protos() {}

    /** As {@link Any#pack}, with the same bytes for equal messages in every process. */
    static Any pack(Message message) {
        var bytes = ByteString.newOutput();
        var out = CodedOutputStream.newInstance(bytes);
        out.useDeterministicSerialization();
        try {
            message.writeTo(out);
            out.flush();
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory", e);
        }
        return Any.newBuilder()
                .setTypeUrl("type.googleapis.com/" + message.getDescriptorForType().getFullName())
                .setValue(bytes.toByteString())
                .build();
    }

    static UInt32Value number(int value) {
        return UInt32Value.of(value);
    }

    static Duration millis(long millis) {
        return Duration.newBuilder()
                .setSeconds(millis / 1000)
                .setNanos((int) (millis % 1000) * 1_000_000)
                .build();
    }

    static Address address(String ip, int port) {
        return Address.newBuilder()
                .setSocketAddress(SocketAddress.newBuilder().setAddress(ip).setPortValue(port))
                .build();
    }

    static Struct struct(String key, String value) {
        return Struct.newBuilder()
                .putFields(key, Value.newBuilder().setStringValue(value).build())
                .build();
    }

    static StringMatcher exact(String value) {
        return StringMatcher.newBuilder().setExact(value).build();
    }

    /** A comparison with a value; that there is one at all is none. */
    static StringMatcher string(StringMatch match) {
        return switch (match) {
            case StringMatch.Exact(String text) -> exact(text);
            case StringMatch.Prefix(String text) ->
                    StringMatcher.newBuilder().setPrefix(text).build();
            case StringMatch.Regex(String text) ->
                    StringMatcher.newBuilder().setSafeRegex(regex(text)).build();
            case StringMatch.Present() ->
                    throw new IllegalArgumentException("presence is no comparison");
        };
    }

    static RegexMatcher regex(String value) {
        return RegexMatcher.newBuilder().setRegex(value).build();
    }
}
