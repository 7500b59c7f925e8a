package dev.fairlead.lab.cluster;

/**
 * An emptyDir volume in a container. Containers of a pod that name the same volume share it.
 *
 * @param volume name of the volume in the pod
 * @param path absolute, in the container
 * @param subPath folder inside the volume that is mounted, empty for the whole
 * @param memory medium Memory was asked for
 */
public record EmptyDirMount(
        String volume, String path, String subPath, boolean memory, boolean readOnly) {

    public EmptyDirMount {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("mount path " + path + " is not absolute");
        }
    }
}
