package dev.fairlead.agent.control.credential;

import dev.fairlead.agent.model.identity.Credential;
import dev.fairlead.agent.model.identity.Credentials.Name;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import org.jspecify.annotations.Nullable;

/**
 * The files that rules may name: what a rule calls {@code /a/b} is {@code <folder>/<namespace>/a/b}
 * for a pod of that namespace, and nothing outside {@code <folder>/<namespace>} is ever read,
 * whatever the path or a link in it says.
 *
 * <p>Names are Istio's: {@code file-cert:<certificate>~<key>}, {@code file-root:<bundle>}, {@code
 * file-root:system} for the roots that this process trusts by itself, and for Secrets, each of
 * which is a folder {@code <folder>/<namespace>/secrets/<name>} with a file for each of its keys,
 * {@code kubernetes://<name>} and, for the roots in it or beside it, {@code
 * kubernetes://<name>-cacert}. With {@code ~<lists>} behind the bundle what those lists name is
 * taken back; of a Secret its key {@code ca.crl} says so, or {@code crl}.
 */
final class CredentialFolder {

    private static final String CERTIFICATE = "file-cert:";
    private static final String ROOTS = "file-root:";
    private static final String SYSTEM = "system";
    private static final String SECRET = "kubernetes://";
    private static final String ROOTS_OF_SECRET = "-cacert";
    private static final int MAX_BYTES = 1 << 20; // a bundle of all public roots has 250 KiB

    private final @Nullable Path folder;

    /**
     * @param folder null: there is none, and no files
     */
    CredentialFolder(@Nullable Path folder) {
        this.folder = folder;
    }

    /**
     * What a name stands for now.
     *
     * @param before what it stood for; the same object again where nothing has changed
     */
    Credential read(Name name, @Nullable Credential before)
            throws IOException, GeneralSecurityException {
        String secret = name.secret();
        if (secret.startsWith(ROOTS)) {
            return roots(name.namespace(), secret.substring(ROOTS.length()), before);
        }
        if (secret.startsWith(SECRET)) {
            return secret(name.namespace(), secret.substring(SECRET.length()), before);
        }
        int between = secret.indexOf('~');
        if (!secret.startsWith(CERTIFICATE) || between < 0) {
            throw new IOException("is no file's name");
        }
        return CredentialText.certificate(
                file(name.namespace(), secret.substring(CERTIFICATE.length(), between)),
                file(name.namespace(), secret.substring(between + 1)),
                before);
    }

    private Credential roots(String namespace, String paths, @Nullable Credential before)
            throws IOException, GeneralSecurityException {
        int between = paths.indexOf('~');
        String bundle = between < 0 ? paths : paths.substring(0, between);
        return CredentialText.roots(
                bundle.equals(SYSTEM) ? null : file(namespace, bundle),
                between < 0 ? null : file(namespace, paths.substring(between + 1)),
                before);
    }

    private Credential secret(String namespace, String name, @Nullable Credential before)
            throws IOException, GeneralSecurityException {
        if (!name.endsWith(ROOTS_OF_SECRET)) {
            return CredentialText.certificate(
                    first(namespace, name, "tls.crt", "cert"),
                    first(namespace, name, "tls.key", "key"),
                    before);
        }
        String without = name.substring(0, name.length() - ROOTS_OF_SECRET.length());
        String holder = name;
        byte[] bundle;
        try {
            bundle = first(namespace, name, "ca.crt", "cacert");
        } catch (NoSecretFileException e) {
            holder = without;
            bundle = first(namespace, without, "ca.crt", "cacert");
        }
        return CredentialText.roots(bundle, lists(namespace, holder), before);
    }

    /** Null: the Secret has none. */
    private byte @Nullable [] lists(String namespace, String secret) throws IOException {
        try {
            return first(namespace, secret, "ca.crl", "crl");
        } catch (NoSecretFileException e) {
            return null;
        }
    }

    /** Kubernetes' name of a Secret's key, else Istio's. */
    private byte[] first(String namespace, String secret, String key, String otherwise)
            throws IOException {
        String path = "/secrets/" + secret + "/";
        try {
            return file(namespace, path + key);
        } catch (NoSecretFileException e) {
            return file(namespace, path + otherwise);
        }
    }

    /** There is nothing of that name. */
    private static final class NoSecretFileException extends IOException {
        private static final long serialVersionUID = 1;

        NoSecretFileException(String message, IOException cause) {
            super(message, cause);
        }
    }

    private byte[] file(String namespace, String path) throws IOException {
        Path real = resolve(namespace, path);
        try (InputStream in = Files.newInputStream(real, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new IOException(path + ": more than " + MAX_BYTES + " bytes");
            }
            return bytes;
        }
    }

    private Path resolve(String namespace, String path) throws IOException {
        if (folder == null) {
            throw new IOException("FAIRLEAD_CREDENTIALS_DIR is not set");
        }
        try {
            Path own = folder.resolve(namespace).normalize();
            Path wanted = own.resolve(path.replaceFirst("^/+", "")).normalize();
            if (!folder.normalize().equals(own.getParent()) || !wanted.startsWith(own)) {
                throw new IOException(path + ": leaves the namespace's folder");
            }
            Path realOwn = own.toRealPath();
            Path real = wanted.toRealPath(); // links within the folder are how Secrets are mounted
            if (!realOwn.startsWith(folder.toRealPath()) || !real.startsWith(realOwn)) {
                throw new IOException(path + ": leads out of the namespace's folder");
            }
            if (!Files.isRegularFile(real, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException(path + ": is no file");
            }
            return real;
        } catch (InvalidPathException e) {
            throw new IOException("is no path", e);
        } catch (NoSuchFileException e) {
            throw new NoSecretFileException(path + ": no such file for namespace " + namespace, e);
        }
    }
}
