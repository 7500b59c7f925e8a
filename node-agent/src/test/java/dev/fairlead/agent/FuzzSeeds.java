package dev.fairlead.agent;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes a fuzz target's seeds as files of a corpus: {@code CLASS FOLDER}. */
final class FuzzSeeds {

    private FuzzSeeds() {}

    public static void main(String[] arguments) throws Exception {
        Object seeds = Class.forName(arguments[0]).getMethod("seeds").invoke(null);
        int number = 0;
        for (Object seed : (List<?>) seeds) {
            Path file = Path.of(arguments[1], "seed-" + number++);
            Files.write(file, seed.toString().getBytes(StandardCharsets.ISO_8859_1));
        }
    }
}
