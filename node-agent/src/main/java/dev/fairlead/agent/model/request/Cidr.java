package dev.fairlead.agent.model.request;

import java.net.InetAddress;

/** An address range. */
public record Cidr(InetAddress address, int prefixLength) {

    public Cidr {
        if (prefixLength < 0 || prefixLength > address.getAddress().length * 8) {
            throw new IllegalArgumentException("prefix length " + prefixLength + " of " + address);
        }
    }

    public boolean contains(InetAddress other) {
        byte[] mine = address.getAddress();
        byte[] theirs = other.getAddress();
        if (mine.length != theirs.length) {
            return false;
        }
        int bytes = prefixLength / 8;
        for (int i = 0; i < bytes; i++) {
            if (mine[i] != theirs[i]) {
                return false;
            }
        }
        int rest = prefixLength % 8;
        return rest == 0 || (mine[bytes] ^ theirs[bytes]) >> (8 - rest) == 0;
    }
}
