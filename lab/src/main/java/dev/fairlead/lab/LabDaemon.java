package dev.fairlead.lab;

import dev.fairlead.lab.browser.BrowserDoor;
import dev.fairlead.lab.browser.BrowserRelay;
import dev.fairlead.lab.engine.LabEngine;
import dev.fairlead.lab.host.Addresses;
import dev.fairlead.lab.names.DnsServer;
import dev.fairlead.lab.state.LabFolder;
import dev.fairlead.lab.state.LabSettings;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lab's main process, in the fabric's namespace: composition root of all that is inside. It
 * ends by being killed; the kernel then ends everything that it started.
 */
public final class LabDaemon {

    private static final Logger log = LoggerFactory.getLogger(LabDaemon.class);

    private LabDaemon() {}

    static void main() throws Exception {
        try {
            LabFolder folder = LabFolder.INSIDE;
            LabSettings settings = LabSettings.read(folder.settings());
            LabEngine engine = LabEngine.start(folder, settings);
            EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
            new DnsServer(group, engine::zone).listen(Addresses.CONTROL_PLANE);
            BrowserRelay relay = new BrowserRelay(group);
            for (BrowserDoor door : BrowserDoor.read(folder.listeners())) {
                relay.open(door, () -> engine.browserTarget(door.name()));
            }
            log.info("ready lab={} nodes={}", settings.name(), settings.nodeCount());
            engine.serve();
        } catch (Exception e) {
            log.error("lab failed", e);
            System.exit(1);
        }
    }
}
