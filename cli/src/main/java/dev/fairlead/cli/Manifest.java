package dev.fairlead.cli;

import dev.fairlead.lab.control.ControlProtocol.Source;
import dev.fairlead.lab.outside.LabException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The files that {@code -f} names: a file, a folder, or - for standard input. */
final class Manifest {

    private Manifest() {}

    static List<Source> read(List<String> paths) throws IOException, LabException {
        List<Source> sources = new ArrayList<>();
        for (String path : paths) {
            if (path.equals("-")) {
                byte[] input = System.in.readAllBytes();
                sources.add(
                        new Source("standard input", new String(input, StandardCharsets.UTF_8)));
            } else if (Files.isDirectory(Path.of(path))) {
                sources.addAll(readFolder(Path.of(path)));
            } else if (Files.isReadable(Path.of(path))) {
                sources.add(new Source(path, Files.readString(Path.of(path))));
            } else {
                throw new LabException("cannot read " + path);
            }
        }
        return sources;
    }

    private static List<Source> readFolder(Path folder) throws IOException, LabException {
        List<Path> files;
        try (Stream<Path> entries = Files.list(folder)) {
            files =
                    entries.filter(file -> file.toString().matches(".*\\.(ya?ml|json)"))
                            .sorted()
                            .toList();
        }
        if (files.isEmpty()) {
            throw new LabException("no *.yaml, *.yml or *.json in " + folder);
        }
        List<Source> sources = new ArrayList<>();
        for (Path file : files) {
            sources.add(new Source(file.toString(), Files.readString(file)));
        }
        return sources;
    }
}
