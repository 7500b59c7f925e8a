package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.balance.XxHash64;
import dev.fairlead.agent.data.upstream.PickContext;
import dev.fairlead.agent.model.route.HashPolicy;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RequestHashTest {

    private final InetSocketAddress client = new InetSocketAddress("198.18.0.9", 4000);
    private @Nullable String setCookie;

    private PickContext hashed(HttpRequest head, HashPolicy... policies) {
        PickContext picks = new PickContext(new InetSocketAddress("198.18.0.1", 80));
        setCookie = RequestHash.into(picks, List.of(policies), head, client, new Random(1));
        return picks;
    }

    private static HttpRequest get(String uri, String... headers) {
        HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, uri);
        for (int i = 0; i < headers.length; i += 2) {
            head.headers().add(headers[i], headers[i + 1]);
        }
        return head;
    }

    @Test
    void aRequestWithoutWhatIsAskedForHasNoHash() {
        assertThat(hashed(get("/"), new HashPolicy.Header("user")).hashed()).isFalse();
        assertThat(hashed(get("/?a=1"), new HashPolicy.QueryParameter("b")).hashed()).isFalse();
    }

    @Test
    void whatIsAlikeHasOneHash() {
        var user = new HashPolicy.Header("user");
        assertThat(hashed(get("/", "user", "ann"), user).hash())
                .isEqualTo(hashed(get("/other", "user", "ann"), user).hash())
                .isNotEqualTo(hashed(get("/", "user", "bob"), user).hash());
        var query = new HashPolicy.QueryParameter("b");
        assertThat(hashed(get("/?b=1"), query).hash())
                .isEqualTo(hashed(get("/x?a=2&b=1"), query).hash());
        assertThat(hashed(get("/"), new HashPolicy.SourceAddress()).hashed()).isTrue();
    }

    @Test
    void aCookieIsMadeOnceAndThenKept() {
        var cookie = new HashPolicy.Cookie("id", Duration.ofSeconds(60), "/a", Map.of());
        long made = hashed(get("/"), cookie).hash();
        assertThat(setCookie).matches("id=\"[0-9a-f]+\"; Max-Age=60; Path=/a; HttpOnly");
        String value = String.valueOf(setCookie).split("\"")[1];

        assertThat(hashed(get("/", "cookie", "x=1; id=\"" + value + "\""), cookie).hash())
                .isEqualTo(made);
        assertThat(setCookie).isNull();
    }

    @Test
    void anEmptyCookieIsNone() {
        HttpRequest head = get("/", "cookie", "id=; x=1");

        assertThat(hashed(head, new HashPolicy.Cookie("id", null, "", Map.of())).hashed())
                .isFalse();
        var made = new HashPolicy.Cookie("id", Duration.ofSeconds(60), "", Map.of());
        assertThat(hashed(head, made).hashed()).isTrue();
        assertThat(setCookie).startsWith("id=");
    }

    @Test
    void linesOfOneHeaderCountInWhateverOrder() {
        var user = new HashPolicy.Header("user");
        assertThat(hashed(get("/", "user", "ann", "user", "bob"), user).hash())
                .isEqualTo(hashed(get("/", "user", "bob", "user", "ann"), user).hash())
                .isEqualTo(XxHash64.of("bob", XxHash64.of("ann")))
                .isNotEqualTo(hashed(get("/", "user", "ann"), user).hash());
    }
}
