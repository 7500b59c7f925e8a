package dev.fairlead.lab.pods;

import dev.fairlead.lab.cluster.Probe;
import dev.fairlead.lab.host.Shell;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * Carries out one probe: a request or connection from the node's namespace, or a command in the
 * container.
 *
 * @param nodeThreads threads in the node's network namespace
 * @param podIp where to connect unless the probe names a host
 * @param entry script that runs a command in the container
 */
record ProbeCheck(ExecutorService nodeThreads, String podIp, Path entry) {

    boolean ok(Probe probe) throws InterruptedException {
        int timeoutMillis = (int) probe.timing().timeout().toMillis();
        return switch (probe.check()) {
            case Probe.Tcp tcp ->
                    within(
                            timeoutMillis,
                            () -> {
                                connect(host(tcp.host()), tcp.port(), timeoutMillis).close();
                                return true;
                            });
            case Probe.Http http -> within(timeoutMillis, () -> get(http, timeoutMillis));
            case Probe.Grpc grpc -> within(timeoutMillis, () -> serves(grpc, timeoutMillis));
            case Probe.Exec exec -> within(timeoutMillis, () -> execute(exec.argv()));
        };
    }

    private boolean within(int timeoutMillis, Callable<Boolean> check) throws InterruptedException {
        var answer = nodeThreads.submit(check);
        try {
            return answer.get(timeoutMillis + 50L, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return false;
        } finally {
            answer.cancel(true);
        }
    }

    private String host(String asked) {
        return asked.isEmpty() ? podIp : asked;
    }

    private static Socket connect(String host, int port, int timeoutMillis) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(host, port), timeoutMillis);
            socket.setSoTimeout(timeoutMillis);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private boolean get(Probe.Http http, int timeoutMillis)
            throws IOException, GeneralSecurityException {
        String host = host(http.host());
        try (Socket tcp = connect(host, http.port(), timeoutMillis);
                Socket socket =
                        http.scheme().equalsIgnoreCase("HTTPS")
                                ? trusting().createSocket(tcp, host, http.port(), true)
                                : tcp) {
            socket.getOutputStream().write(request(http, host).getBytes(StandardCharsets.UTF_8));
            var reader =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.ISO_8859_1));
            String line = reader.readLine();
            return line != null && line.matches("HTTP/1\\.[01] [23]\\d\\d.*");
        }
    }

    private boolean serves(Probe.Grpc grpc, int timeoutMillis) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        try (Socket socket = connect(podIp, grpc.port(), timeoutMillis)) {
            return new GrpcHealth(socket, podIp + ":" + grpc.port(), deadline)
                    .serves(grpc.service());
        }
    }

    static String request(Probe.Http http, String host) {
        StringBuilder head = new StringBuilder("GET " + http.path() + " HTTP/1.1\r\n");
        Map<String, String> headers = http.headers();
        if (headers.keySet().stream().noneMatch("Host"::equalsIgnoreCase)) {
            head.append("Host: " + host + ":" + http.port() + "\r\n");
        }
        if (headers.keySet().stream().noneMatch("User-Agent"::equalsIgnoreCase)) {
            head.append("User-Agent: kube-probe/fairlead-lab\r\n");
        }
        headers.forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
        return head.append("Accept: */*\r\nConnection: close\r\n\r\n").toString();
    }

    private boolean execute(List<String> argv) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", entry.toString()));
        command.addAll(argv);
        return Shell.run(command, "").ok();
    }

    /** Kubernetes does not check a probed certificate either. */
    private static javax.net.ssl.SSLSocketFactory trusting() throws GeneralSecurityException {
        TrustManager all =
                new X509TrustManager() {
                    @Override
                    public void checkClientTrusted(X509Certificate[] chain, String type) {}

                    @Override
                    public void checkServerTrusted(X509Certificate[] chain, String type) {}

                    @Override
                    public X509Certificate[] getAcceptedIssuers() {
                        return new X509Certificate[0];
                    }
                };
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {all}, new SecureRandom());
        return context.getSocketFactory();
    }
}
