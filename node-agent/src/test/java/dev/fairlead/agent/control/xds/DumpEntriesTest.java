package dev.fairlead.agent.control.xds;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import org.junit.jupiter.api.Test;

/** What a dump shows of key sets: no key that signs. */
class DumpEntriesTest {

    @Test
    void sharedKeysAreNotShown() throws Exception {
        String keySet =
                "{\"keys\":[{\"kty\":\"oct\",\"k\":\"c2VjcmV0cw==\",\"kid\":\"k\"},"
                        + "{\"kty\":\"oct\", \"k\" : \"a-b_c\"},{\"kty\":\"RSA\",\"n\":\"N\"}]}";
        String json =
                DumpEntries.withoutSecrets(
                        JsonFormat.printer()
                                .print(DataSource.newBuilder().setInlineString(keySet)));

        DataSource.Builder shown = DataSource.newBuilder();
        JsonFormat.parser().merge(json, shown);
        assertThat(shown.getInlineString())
                .isEqualTo(
                        "{\"keys\":[{\"kty\":\"oct\",\"k\":\"[redacted]\",\"kid\":\"k\"},"
                                + "{\"kty\":\"oct\", \"k\" : \"[redacted]\"},"
                                + "{\"kty\":\"RSA\",\"n\":\"N\"}]}");
    }
}
