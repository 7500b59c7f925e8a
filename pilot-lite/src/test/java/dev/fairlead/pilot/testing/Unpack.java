package dev.fairlead.pilot.testing;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.service.discovery.v3.Resource;

/** Opens what is packed. */
public final class Unpack {

    private Unpack() {}

    public static <M extends Message> M as(Class<M> type, Resource resource) {
        return any(type, resource.getResource());
    }

    public static <M extends Message> M any(Class<M> type, Any any) {
        try {
            return any.unpack(type);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }
}
