package dev.fairlead.agent.data.capture;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;

/** Closing by RST instead of FIN, so that the peer sees a failure and not an empty answer. */
public final class Resets {

    private Resets() {}

    public static void reset(Channel channel) {
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        channel.close();
    }
}
