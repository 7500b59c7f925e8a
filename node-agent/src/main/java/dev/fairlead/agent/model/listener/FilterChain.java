package dev.fairlead.agent.model.listener;

import org.jspecify.annotations.Nullable;

/** One way to treat connections. */
public record FilterChain(String name, ChainMatch match, @Nullable ServerTls tls, Filter filter) {}
