import io.grpc.ManagedChannelBuilder;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.testing.integration.AbstractInteropTest;
import io.grpc.testing.integration.TestCases;
import io.grpc.testing.integration.TestServiceClient;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * grpc-java's interop cases, one after the other in one JVM: {@code HOST PORT}. First those of its
 * client by their official names, then what its own test has besides. Prints one line a case:
 * {@code NAME pass} or {@code NAME fail WHY}.
 */
class InteropClient {

    /** They want an account at a cloud, or a server with its own certificate. */
    private static final List<String> ELSEWHERE =
            List.of("CREDS", "CREDENTIALS", "OAUTH2", "ORCA", "CHANNEL_SOAK");

    private static final long CASE_MILLIS = 40_000;

    private interface Case {
        void run() throws Throwable;
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = System.out;
        System.setOut(new PrintStream(OutputStream.nullOutputStream()));
        String host = arguments[0];
        int port = Integer.parseInt(arguments[1]);
        for (TestCases each : TestCases.values()) {
            if (ELSEWHERE.stream().noneMatch(each.name()::contains)) {
                String name = each.name().toLowerCase();
                report(out, name, () -> official(name, host, port));
            }
        }
        Method[] methods = AbstractInteropTest.class.getMethods();
        Arrays.sort(methods, Comparator.comparing(Method::getName));
        for (Method method : methods) {
            if (isCase(method)) {
                report(out, method.getName(), () -> further(method, host, port));
            }
        }
        System.exit(0);
    }

    private static boolean isCase(Method method) {
        return method.getDeclaringClass() == AbstractInteropTest.class
                && method.getParameterCount() == 0
                && method.getReturnType() == void.class
                && !Set.of("setUp", "tearDown").contains(method.getName());
    }

    private static void official(String name, String host, int port) throws Throwable {
        TestServiceClient client = new TestServiceClient();
        String[] options = {
            "--server_host=" + host,
            "--server_port=" + port,
            "--use_tls=false",
            "--test_case=" + name
        };
        invoke(client, "parseArgs", (Object[]) options);
        invoke(client, "setUp");
        try {
            invoke(client, "run");
        } finally {
            invoke(client, "tearDown");
        }
    }

    private static void invoke(TestServiceClient client, String name, Object... options)
            throws Throwable {
        boolean strings = options instanceof String[];
        Method method =
                strings
                        ? TestServiceClient.class.getDeclaredMethod(name, String[].class)
                        : TestServiceClient.class.getDeclaredMethod(name);
        method.setAccessible(true);
        invoke(method, client, strings ? new Object[] {options} : new Object[0]);
    }

    private static void invoke(Method method, Object self, Object... options) throws Throwable {
        try {
            method.invoke(self, options);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static void further(Method method, String host, int port) throws Throwable {
        AbstractInteropTest test =
                new AbstractInteropTest() {
                    @Override
                    protected ManagedChannelBuilder<?> createChannelBuilder() {
                        return NettyChannelBuilder.forAddress(host, port)
                                .usePlaintext()
                                .flowControlWindow(AbstractInteropTest.TEST_FLOW_CONTROL_WINDOW)
                                .maxInboundMessageSize(AbstractInteropTest.MAX_MESSAGE_SIZE);
                    }

                    @Override
                    protected boolean metricsExpected() {
                        return false; // the server is another process
                    }
                };
        test.setUp();
        try {
            invoke(method, test);
        } finally {
            test.tearDown();
        }
    }

    private static void report(PrintStream out, String name, Case each) throws Exception {
        String[] verdict = {"fail not within " + CASE_MILLIS + " ms"};
        Thread thread =
                new Thread(() -> {
                    try {
                        each.run();
                        verdict[0] = "pass";
                    } catch (Throwable e) {
                        verdict[0] = "fail " + String.valueOf(e).lines().findFirst().orElse("");
                    }
                });
        thread.setDaemon(true);
        thread.start();
        thread.join(CASE_MILLIS);
        out.println(name + " " + verdict[0]);
    }
}
