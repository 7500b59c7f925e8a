package dev.fairlead.agent.data.proxy;

import java.util.random.RandomGenerator;

/** Request IDs: random UUIDs (version 4), as Envoy makes them. */
final class RequestIds {

    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private RequestIds() {}

    static String next(RandomGenerator random) {
        long high = random.nextLong() & ~0xF000L | 0x4000L;
        long low = random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L;
        char[] text = new char[36];
        for (int i = 0, nibble = 0; i < 36; i++) {
            if (i == 8 || i == 13 || i == 18 || i == 23) {
                text[i] = '-';
            } else {
                long word = nibble < 16 ? high : low;
                text[i] = HEX[(int) (word >>> (60 - 4 * (nibble % 16))) & 0xF];
                nibble++;
            }
        }
        return new String(text);
    }
}
