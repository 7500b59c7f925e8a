package dev.fairlead.cli;

import dev.fairlead.lab.browser.BrowserDoor;
import dev.fairlead.lab.control.ControlProtocol;
import dev.fairlead.lab.outside.Lab;
import dev.fairlead.lab.state.LabFolder;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code lab status}: all labs, their processes and URLs. */
@Command(name = "status", description = "The labs that are up, their processes and URLs.")
final class LabStatus implements Callable<Integer> {

    @Override
    public Integer call() throws Exception {
        Terminal terminal = Terminal.standard();
        Path state = LabFolder.stateRoot(System.getenv());
        int labs = 0;
        for (String name : LabFolder.names(state)) {
            Lab lab = new Lab(LabFolder.of(state, name));
            labs++;
            if (lab.running().isEmpty()) {
                terminal.out(
                        "lab " + name + " was killed (./fairlead lab down --name " + name + ")");
                continue;
            }
            terminal.out("lab " + name);
            int _ = lab.ask(new ControlProtocol.Status(), terminal);
            for (BrowserDoor door : BrowserDoor.read(lab.folder().listeners())) {
                terminal.out("  " + door.name() + " " + door.url());
            }
        }
        if (labs == 0) {
            terminal.out("no lab is up");
        }
        return 0;
    }
}
