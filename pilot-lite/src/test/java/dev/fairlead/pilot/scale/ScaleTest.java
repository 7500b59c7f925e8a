package dev.fairlead.pilot.scale;

import dev.fairlead.pilot.compile.MeshCompiler;
import dev.fairlead.pilot.generate.Snapshot;
import org.junit.jupiter.api.Test;

class ScaleTest {

    @Test
    void one() {
        var mesh = new LargeMesh(1000, 20);
        Snapshot before = null;
        for (int i = 0; i < 12; i++) {
            var state = mesh.route(i, i + 500);
            long began = System.nanoTime();
            var view = MeshCompiler.compile(state);
            long compiled = System.nanoTime();
            var snapshot = new Snapshot(new Snapshot.Revisions(i, i, 0, 0), view);
            for (int n = 0; n < 50; n++) {
                snapshot.agent("node-" + n, 2);
            }
            long written = System.nanoTime();
            System.out.println(
                    "compile "
                            + (compiled - began) / 1000000
                            + " write "
                            + (written - compiled) / 1000000);
        }
    }
}
