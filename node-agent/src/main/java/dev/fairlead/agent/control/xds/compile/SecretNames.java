package dev.fairlead.agent.control.xds.compile;

import java.util.regex.Pattern;

/**
 * Names of secrets outside the mesh's PKI. Source: Istio's names for its agent: {@code
 * file-cert:<certificate>~<key>}, {@code file-root:<bundle>}, {@code kubernetes://<secret>}; and
 * ours: {@code file-root:<bundle>~<revocation lists>}.
 */
final class SecretNames {

    static final String CERTIFICATES = "file-cert:<certificate>~<key> or kubernetes://<secret>";
    static final String ROOTS = "file-root:<bundle> or kubernetes://<secret>-cacert";

    private static final String FILE_CERTIFICATE = "file-cert:";
    private static final String FILE_ROOTS = "file-root:";
    private static final String ROOTS_OF_SECRET = "-cacert";
    private static final Pattern SECRET =
            Pattern.compile("kubernetes://[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?");

    private SecretNames() {}

    static boolean isCertificate(String name) {
        int between = name.indexOf('~');
        return isSecret(name) && !name.endsWith(ROOTS_OF_SECRET)
                || name.startsWith(FILE_CERTIFICATE)
                        && between > FILE_CERTIFICATE.length()
                        && between == name.lastIndexOf('~')
                        && between < name.length() - 1;
    }

    static boolean isRoots(String name) {
        int between = name.indexOf('~');
        return isSecret(name) && name.endsWith(ROOTS_OF_SECRET)
                || name.startsWith(FILE_ROOTS)
                        && name.length() > FILE_ROOTS.length()
                        && (between < 0
                                || between > FILE_ROOTS.length()
                                        && between == name.lastIndexOf('~')
                                        && between < name.length() - 1);
    }

    private static boolean isSecret(String name) {
        return SECRET.matcher(name).matches();
    }
}
