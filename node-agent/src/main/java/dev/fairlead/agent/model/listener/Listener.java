package dev.fairlead.agent.model.listener;

import dev.fairlead.agent.model.request.Cidr;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The filter chains for a client scope's outbound connections, or for a pod's inbound ones.
 *
 * <p>Chains are chosen in Envoy's order: destination port, longest address range, server name, TLS
 * or not, application protocols. At each step the most specific criterion that fits wins and what
 * is less specific is not looked at again. Source: Envoy, config.listener.v3.FilterChainMatch.
 *
 * <p>Cost: chains are found by port first, so that a listener may have thousands.
 */
public final class Listener {

    private static final int ANY_PORT = 0;

    private final String name;
    private final List<FilterChain> chains;
    private final @Nullable FilterChain defaultChain;
    private final Duration detectTimeout;
    private final Set<Integer> proxyHeaderPorts;
    private final Map<Integer, List<FilterChain>> byPort = new HashMap<>();

    /**
     * @param detectTimeout how long the first bytes are waited for where a chain asks for them;
     *     zero: for ever
     */
    public Listener(
            String name,
            List<FilterChain> chains,
            @Nullable FilterChain defaultChain,
            Duration detectTimeout) {
        this(name, chains, defaultChain, detectTimeout, Set.of());
    }

    /**
     * @param proxyHeaderPorts original destination ports where connections may begin with a PROXY
     *     header
     */
    public Listener(
            String name,
            List<FilterChain> chains,
            @Nullable FilterChain defaultChain,
            Duration detectTimeout,
            Set<Integer> proxyHeaderPorts) {
        this.proxyHeaderPorts = Set.copyOf(proxyHeaderPorts);
        this.name = name;
        this.chains = List.copyOf(chains);
        this.defaultChain = defaultChain;
        this.detectTimeout = detectTimeout;
        for (FilterChain chain : this.chains) {
            byPort.computeIfAbsent(chain.match().port(), port -> new ArrayList<>()).add(chain);
        }
    }

    public String name() {
        return name;
    }

    public List<FilterChain> chains() {
        return chains;
    }

    /** The chain that stands where {@code before} stood; null: none does. */
    public @Nullable FilterChain successor(FilterChain before) {
        for (FilterChain chain : candidates(before.match().port())) {
            if (chain.name().equals(before.name()) && chain.match().equals(before.match())) {
                return chain;
            }
        }
        FilterChain fallback = defaultChain;
        return fallback != null && fallback.name().equals(before.name()) ? fallback : null;
    }

    private List<FilterChain> candidates(int port) {
        List<FilterChain> ofPort = byPort.get(port);
        return ofPort == null ? List.of() : ofPort;
    }

    /** Takes what no other chain takes; null: nothing does. */
    public @Nullable FilterChain defaultChain() {
        return defaultChain;
    }

    public Duration detectTimeout() {
        return detectTimeout;
    }

    /** Whether connections to a port may begin with a PROXY header. */
    public boolean takesProxyHeader(int port) {
        return proxyHeaderPorts.contains(port);
    }

    /** How much must be known before a chain can be chosen. */
    public enum Inspection {
        /** Address and port are enough. */
        NONE,
        /** The first bytes decide: TLS or not, and what is spoken. */
        FIRST_BYTES
    }

    /**
     * What must be read of a connection to this destination before {@link #select} can be asked.
     */
    public Inspection inspection(InetAddress destination, int port) {
        for (FilterChain chain : candidates(destination, port)) {
            ChainMatch match = chain.match();
            if (match.tls() != null
                    || !match.serverNames().isEmpty()
                    || !match.applicationProtocols().isEmpty()) {
                return Inspection.FIRST_BYTES;
            }
        }
        return Inspection.NONE;
    }

    /**
     * Protocols of HTTP/1 that some chain for this destination, of those for plaintext, tells
     * apart. Empty: it makes no difference what is spoken.
     */
    public Set<String> detectedProtocols(InetAddress destination, int port) {
        Set<String> protocols = new TreeSet<>();
        for (FilterChain chain : candidates(destination, port)) {
            if (!Boolean.TRUE.equals(chain.match().tls())) {
                protocols.addAll(chain.match().applicationProtocols());
            }
        }
        return protocols;
    }

    /** The chain that takes the connection, or null: it must be reset. */
    public @Nullable FilterChain select(ConnectionFacts facts) {
        List<FilterChain> left = candidates(facts.destination(), facts.port());
        left =
                mostSpecific(
                        left,
                        chain ->
                                chain.match().serverNames().isEmpty()
                                        ? 0
                                        : serverNameScore(chain.match(), facts.serverName()));
        left =
                mostSpecific(
                        left,
                        chain ->
                                chain.match().tls() == null
                                        ? 0
                                        : chain.match().tls() == facts.tls() ? 1 : -1);
        left =
                mostSpecific(
                        left, chain -> protocolScore(chain.match(), facts.applicationProtocols()));
        return left.isEmpty() ? defaultChain : left.getFirst();
    }

    private List<FilterChain> candidates(InetAddress destination, int port) {
        List<FilterChain> left = byPort.get(port);
        if (left == null) {
            left = byPort.getOrDefault(ANY_PORT, List.of());
        }
        return mostSpecific(left, chain -> rangeScore(chain.match(), destination));
    }

    /** Score: -1 does not fit, 0 does not care, higher is more specific. Keeps the highest only. */
    private static List<FilterChain> mostSpecific(
            List<FilterChain> chains, ToIntFunction<FilterChain> score) {
        int best = 0;
        for (FilterChain chain : chains) {
            best = Math.max(best, score.applyAsInt(chain));
        }
        int wanted = best;
        return keep(chains, chain -> score.applyAsInt(chain) == wanted);
    }

    private static List<FilterChain> keep(List<FilterChain> chains, Predicate<FilterChain> wanted) {
        List<FilterChain> kept = new ArrayList<>(4);
        for (FilterChain chain : chains) {
            if (wanted.test(chain)) {
                kept.add(chain);
            }
        }
        return kept;
    }

    private static int rangeScore(ChainMatch match, InetAddress destination) {
        if (match.ranges().isEmpty()) {
            return 0;
        }
        int best = -1;
        for (Cidr range : match.ranges()) {
            if (range.contains(destination)) {
                best = Math.max(best, range.prefixLength()); // /0 is as good as none
            }
        }
        return best;
    }

    private static int serverNameScore(ChainMatch match, String serverName) {
        int best = -1;
        for (String pattern : match.serverNames()) {
            if (pattern.equals(serverName)) {
                best = Integer.MAX_VALUE;
            } else if (pattern.startsWith("*.") && serverName.endsWith(pattern.substring(1))) {
                best = Math.max(best, pattern.length());
            }
        }
        return best;
    }

    /** The protocol that the client names first decides, as in Envoy. */
    private static int protocolScore(ChainMatch match, List<String> offered) {
        if (match.applicationProtocols().isEmpty()) {
            return 0;
        }
        for (int i = 0; i < offered.size(); i++) {
            if (match.applicationProtocols().contains(offered.get(i))) {
                return offered.size() - i;
            }
        }
        return -1;
    }
}
