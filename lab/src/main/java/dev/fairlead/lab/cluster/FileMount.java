package dev.fairlead.lab.cluster;

/**
 * One file of a ConfigMap, Secret, projected or downwardAPI volume.
 *
 * @param path absolute, in the container
 * @param mode permission bits, 0644 by default
 */
public record FileMount(String path, Bytes content, int mode) {

    public FileMount {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("mount path " + path + " is not absolute");
        }
    }
}
