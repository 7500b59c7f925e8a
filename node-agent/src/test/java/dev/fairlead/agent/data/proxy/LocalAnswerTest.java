package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.grpc.GrpcCall;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LocalAnswerTest {

    private static HttpHeaders head(@Nullable GrpcCall grpc, HttpHeaders more) {
        FullHttpResponse response =
                LocalAnswer.of(403, "no")
                        .with(more)
                        .response(grpc, false, false, true, UnpooledByteBufAllocator.DEFAULT);
        response.release();
        return response.headers();
    }

    private static HttpHeaders json() {
        return new DefaultHttpHeaders()
                .add("content-type", "application/json")
                .add("set-cookie", "a=1")
                .add("set-cookie", "b=2");
    }

    @Test
    void anAnswerHasOneContentTypeItsOwnBeforeOurs() {
        assertThat(head(null, new DefaultHttpHeaders()).getAll("content-type"))
                .containsExactly("text/plain");
        HttpHeaders head = head(null, json());
        assertThat(head.getAll("content-type")).containsExactly("application/json");
        assertThat(head.getAll("set-cookie")).containsExactly("a=1", "b=2");
    }

    @Test
    void aGrpcClientGetsItsOwnKind() {
        GrpcCall call =
                GrpcCall.of(
                        new DefaultHttpRequest(
                                HttpVersion.HTTP_1_1,
                                HttpMethod.POST,
                                "/a.B/C",
                                new DefaultHttpHeaders().add("content-type", "application/grpc")));
        assertThat(head(call, json()).getAll("content-type")).containsExactly("application/grpc");
        assertThat(head(call, json()).getAll("set-cookie")).containsExactly("a=1", "b=2");
    }
}
