package dev.fairlead.kubernetes.crds;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Reads the definitions of a folder of YAML files, each with a hash of what it says. */
public final class CrdFiles {

    /** Annotation by which an update is seen to be needed; the API server fills in defaults. */
    static final String CONTENT = "fairlead.dev/content-sha256";

    private CrdFiles() {}

    /** IOException names the file. */
    public static List<CustomResourceDefinition> read(Path folder) throws IOException {
        List<CustomResourceDefinition> all = new ArrayList<>();
        List<Path> files;
        try (var listed = Files.list(folder)) {
            files = listed.filter(f -> f.toString().endsWith(".yaml")).sorted().toList();
        }
        var yaml = new KubernetesSerialization();
        for (Path file : files) {
            if (file.endsWith("kustomization.yaml")) {
                continue;
            }
            try (InputStream in = Files.newInputStream(file)) {
                Object content = yaml.unmarshal(in);
                Collection<?> objects =
                        content instanceof Collection<?> many ? many : List.of(content);
                for (Object object : objects) {
                    all.add(marked(file, object, yaml));
                }
            } catch (IllegalArgumentException e) {
                throw new IOException(file + ": " + e.getMessage(), e);
            }
        }
        if (all.isEmpty()) {
            throw new IOException(folder + " has no definitions");
        }
        return all;
    }

    private static CustomResourceDefinition marked(
            Path file, Object object, KubernetesSerialization yaml) throws IOException {
        if (!(object instanceof CustomResourceDefinition definition)) {
            String kind = object instanceof HasMetadata other ? other.getKind() : "something";
            throw new IOException(file + ": " + kind + " is no CustomResourceDefinition");
        }
        Map<String, String> annotations = new HashMap<>();
        if (definition.getMetadata().getAnnotations() != null) {
            annotations.putAll(definition.getMetadata().getAnnotations());
        }
        annotations.put(CONTENT, hash(yaml.asJson(definition)));
        definition.getMetadata().setAnnotations(annotations);
        return definition;
    }

    private static String hash(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] hash = digest.digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
