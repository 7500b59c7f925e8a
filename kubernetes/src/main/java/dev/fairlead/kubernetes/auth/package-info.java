/**
 * Callers told by their Kubernetes service account tokens: {@link
 * dev.fairlead.kubernetes.auth.TokenReviews} answers whose a token is, by TokenReview. Called by ca
 * and pilot-lite through {@code wire.tokens.Authenticator}. Imports fabric8 and {@code
 * wire.tokens}.
 */
@NullMarked
package dev.fairlead.kubernetes.auth;

import org.jspecify.annotations.NullMarked;
