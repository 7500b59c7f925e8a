package dev.fairlead.lab.cluster.pods;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageMapTest {

    private static ImageMap map(String images) {
        return ImageMap.parse("i.yaml", images, Path.of("/samples"), Path.of("/cache"));
    }

    private static final ImageMap MAP =
            map(
                    """
                    images:
                    - {name: fairlead/reviews, aliases: ["istio/examples-*-reviews-v?"], command: [reviews]}
                    - {name: httpbin, aliases: ["*kennethreitz/httpbin"], command: [httpbin]}
                    - {name: "localhost:5000/a", command: [a]}
                    """);

    @ParameterizedTest
    @CsvSource({
        "fairlead/reviews, reviews",
        "fairlead/reviews:1.0, reviews",
        "docker.io/fairlead/reviews@sha256:abc, reviews",
        "istio/examples-bookinfo-reviews-v3:1.12.0, reviews",
        "docker.io/istio/examples-bookinfo-reviews-v1, reviews",
        "docker.io/kennethreitz/httpbin, httpbin",
        "docker.io/library/httpbin:latest, httpbin",
        "localhost:5000/a:2, a",
        "istio/examples-bookinfo-reviews-v10, ",
        "my-httpbin, ",
    })
    void registryTagAndDigestMakeNoDifference(String image, String command) {
        assertThat(MAP.find(image).map(found -> found.command().getFirst()).orElse(null))
                .isEqualTo(command);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "images: [] | i.yaml: no images",
                "images: [{name: a, folder: ../x}] | images[0].folder: ../x leads outside",
                "images: [{name: a, folder: /x}] | images[0].folder: /x leads outside",
                "images: [{name: a, comand: [x]}] | images[0].comand",
            })
    void aWrongMapIsNamed(String yaml, String message) {
        assertThatThrownBy(() -> map(yaml)).hasMessageContaining(message.strip());
    }

    @ParameterizedTest
    @CsvSource({"bookinfo, /samples/bookinfo", "cache:tools/fortio, /cache/tools/fortio"})
    void foldersAreInTheSamplesOrInTheCache(String folder, String path) {
        assertThat(map("images: [{name: a, folder: '" + folder + "'}]").find("a").orElseThrow())
                .extracting(Image::folder)
                .isEqualTo(Path.of(path));
    }
}
