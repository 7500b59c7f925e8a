package dev.fairlead.agent.control.xds.compile;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import dev.fairlead.agent.control.xds.testing.Wire;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.echo.v3.Echo;
import io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every field of every message that a resource of the profile holds: those in the allow-list are
 * set somewhere in the samples and accepted, each of the others is refused with its path.
 */
class ProfileTest {

    /** Something about a message to try, and the path by which it must be refused. */
    private interface Visitor {
        /** {@code rebuild} turns a changed message at {@code path} into the whole resource. */
        void visit(Message message, String path, Rebuild rebuild);
    }

    private interface Rebuild {
        Message with(Message changed);
    }

    @ParameterizedTest
    @EnumSource
    void theSamplesAreInTheProfile(ResourceType type) {
        var compiler = CompileTesting.compiler(type);
        for (Message sample : CompileTesting.samples(type)) {
            assertThat(outcome(compiler, sample, sample)).startsWith("compiled");
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyFieldOutsideIsRefusedWithItsPath(ResourceType type) {
        var compiler = CompileTesting.compiler(type);
        List<String> wrong = new ArrayList<>();
        int[] tried = {0};
        for (Message sample : CompileTesting.samples(type)) {
            walk(
                    sample,
                    "",
                    changed -> changed,
                    (message, path, rebuild) -> {
                        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
                            if (!ProfileFields.allows(field)) {
                                tried[0]++;
                                Message whole = rebuild.with(set(message, field));
                                String expected =
                                        (path.isEmpty() ? "" : path + ".")
                                                + field.getName()
                                                + ": field is outside the profile";
                                String actual = outcome(compiler, sample, whole);
                                if (!actual.equals(expected)) {
                                    wrong.add(expected + " but was " + actual);
                                }
                            }
                        }
                    });
        }
        assertThat(wrong).isEmpty();
        assertThat(tried[0]).isGreaterThan(ours(type) ? -1 : 20);
    }

    /** Of our own messages every field is inside. */
    private static boolean ours(ResourceType type) {
        return type == ResourceType.WORKLOAD || type == ResourceType.ENROLMENT;
    }

    @Test
    void everyFieldInsideIsSetBySomeSample() {
        Set<FieldDescriptor> unset = new HashSet<>(ProfileFields.all());
        for (ResourceType type : ResourceType.values()) {
            for (Message sample : CompileTesting.samples(type)) {
                walk(
                        sample,
                        "",
                        changed -> changed,
                        (message, path, rebuild) ->
                                unset.removeAll(message.getAllFields().keySet()));
            }
        }
        assertThat(unset).isEmpty();
    }

    @Test
    void anUnknownFieldIsRefused() {
        var unknown =
                UnknownFieldSet.newBuilder()
                        .addField(7777, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                        .build();
        var cluster = Wire.eds("c").setUnknownFields(unknown).build();

        assertThat(CompileTesting.refusal(CompileTesting.compile(new ClusterCompiler(), cluster)))
                .isEqualTo("field number 7777 is outside the profile");
    }

    @Test
    void anUnknownNetworkFilterIsNamed() {
        Listener.Builder listener = Wire.outbound("default", "r", "db");
        listener.getFilterChainsBuilder(1)
                .getFiltersBuilder(0)
                .setTypedConfig(Any.pack(Echo.getDefaultInstance()));

        assertThat(refused(listener))
                .isEqualTo(
                        "filter_chains[1].filters[0].typed_config: network filter"
                                + " envoy.extensions.filters.network.echo.v3.Echo is outside the"
                                + " profile");
    }

    @Test
    void aMalformedTypedConfigIsRefused() {
        Listener.Builder listener = Wire.outbound("default", "r", "db");
        Any good = Any.pack(TcpProxy.getDefaultInstance());
        listener.getFilterChainsBuilder(0)
                .getFiltersBuilder(0)
                .setTypedConfig(good.toBuilder().setValue(ByteString.copyFromUtf8("\377\377")));

        assertThat(refused(listener))
                .startsWith("filter_chains[0].filters[0].typed_config: malformed");
    }

    @Test
    void otherProtocolOptionsAreNamed() {
        String key = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
        var cluster =
                Wire.eds("c")
                        .putTypedExtensionProtocolOptions(key, Any.pack(RBAC.getDefaultInstance()))
                        .build();

        assertThat(CompileTesting.refusal(CompileTesting.compile(new ClusterCompiler(), cluster)))
                .isEqualTo(
                        "typed_extension_protocol_options["
                                + key
                                + "]: protocol options"
                                + " envoy.extensions.filters.network.rbac.v3.RBAC is outside the"
                                + " profile");
    }

    @Test
    void anUnknownEnumValueIsRefused() {
        var cluster = Wire.eds("c").setLbPolicyValue(99).build();

        assertThat(CompileTesting.refusal(CompileTesting.compile(new ClusterCompiler(), cluster)))
                .isEqualTo("lb_policy: unknown value 99");
    }

    private static String refused(Listener.Builder listener) {
        return CompileTesting.refusal(
                CompileTesting.compile(new ListenerCompiler(), listener.build()));
    }

    @SuppressWarnings("unchecked")
    private static <M extends Message> String outcome(
            ResourceCompiler<M, ?> compiler, Message sample, Message whole) {
        String name = compiler.nameOf((M) sample);
        return CompileTesting.refusal(compiler.compile(name, Any.pack(whole)));
    }

    /** Visits {@code message} and every message in it, through Any fields too. */
    private static void walk(Message message, String path, Rebuild rebuild, Visitor visitor) {
        if (message.getDescriptorForType().getFullName().startsWith("google.protobuf.")) {
            return;
        }
        visitor.visit(message, path, rebuild);
        for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
            FieldDescriptor field = entry.getKey();
            if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
                continue;
            }
            String step = (path.isEmpty() ? "" : path + ".") + field.getName();
            if (field.isMapField()) {
                walkMap(message, field, step, rebuild, visitor);
            } else if (field.isRepeated()) {
                List<?> elements = (List<?>) entry.getValue();
                for (int i = 0; i < elements.size(); i++) {
                    int index = i;
                    walkIn(
                            (Message) elements.get(i),
                            step + "[" + i + "]",
                            changed ->
                                    rebuild.with(
                                            message.toBuilder()
                                                    .setRepeatedField(field, index, changed)
                                                    .build()),
                            visitor);
                }
            } else {
                walkIn(
                        (Message) entry.getValue(),
                        step,
                        changed ->
                                rebuild.with(message.toBuilder().setField(field, changed).build()),
                        visitor);
            }
        }
    }

    /** Entries whose values are messages; a path has the key where a list has the index. */
    private static void walkMap(
            Message message, FieldDescriptor field, String step, Rebuild rebuild, Visitor visitor) {
        List<?> entries = (List<?>) message.getField(field);
        for (int i = 0; i < entries.size(); i++) {
            int index = i;
            var entry = (MapEntry<?, ?>) entries.get(i);
            if (entry.getValue() instanceof Message value) {
                walkIn(
                        value,
                        step + "[" + entry.getKey() + "]",
                        changed -> rebuild.with(withValue(message, field, index, entry, changed)),
                        visitor);
            }
        }
    }

    private static Message withValue(
            Message message,
            FieldDescriptor field,
            int index,
            MapEntry<?, ?> entry,
            Message value) {
        var changed = entry.toBuilder();
        changed.setField(entry.getDescriptorForType().findFieldByName("value"), value);
        return message.toBuilder().setRepeatedField(field, index, changed.build()).build();
    }

    private static void walkIn(Message inner, String path, Rebuild rebuild, Visitor visitor) {
        if (inner instanceof Any any) {
            Message content = unpack(any);
            walk(content, path, changed -> rebuild.with(Any.pack(changed)), visitor);
        } else {
            walk(inner, path, rebuild, visitor);
        }
    }

    private static Message unpack(Any any) {
        for (var type : KnownTypes.defaults()) {
            if (any.is(type.getClass())) {
                try {
                    return type.getParserForType().parseFrom(any.getValue());
                } catch (InvalidProtocolBufferException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
        throw new IllegalStateException("no sample holds " + any.getTypeUrl());
    }

    /** {@code message} with something in {@code field}. */
    private static Message set(Message message, FieldDescriptor field) {
        var builder = message.toBuilder();
        Object value = something(builder, field);
        if (field.isRepeated()) {
            builder.addRepeatedField(field, value);
        } else {
            builder.setField(field, value);
        }
        return builder.build();
    }

    private static Object something(Message.Builder builder, FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case INT -> 1;
            case LONG -> 1L;
            case FLOAT -> 1f;
            case DOUBLE -> 1d;
            case BOOLEAN -> true;
            case STRING -> "x";
            case BYTE_STRING -> ByteString.copyFromUtf8("x");
            case ENUM -> lastValue(field);
            case MESSAGE -> builder.newBuilderForField(field).build();
        };
    }

    private static EnumValueDescriptor lastValue(FieldDescriptor field) {
        return field.getEnumType().getValues().getLast();
    }
}
