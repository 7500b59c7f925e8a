package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Bookinfo's course in faults and timeouts, by Istio 1.2.2's own files: what the reader of the page
 * sees when ratings are slow or fail for one user, or details for all.
 */
@Tag("lab")
class BookinfoCourseTest {

    @RegisterExtension static final BeforeAllCallback LABS = Compat.BOTH;

    private static final Map<Compat, IstioSamples> SAMPLES = new EnumMap<>(Compat.class);
    private static final String NO_REVIEWS =
            "Sorry, product reviews are currently unavailable for this book.";
    private static final String NO_RATINGS = "Ratings service is currently unavailable";

    @BeforeAll
    static void bookinfo() {
        IstioSamples.need("BookinfoCourseTest");
        for (Compat compat : Compat.values()) {
            SAMPLES.put(compat, IstioSamples.bookinfo(compat.lab()));
        }
    }

    @AfterAll
    static void everythingToV1() {
        SAMPLES.values().forEach(samples -> samples.network("virtual-service-all-v1"));
    }

    private record Page(Curl curl, double seconds) {

        /** What {@code user} sees; nobody is empty. */
        static Page of(IstioSamples samples, String user) {
            long start = System.nanoTime();
            Curl curl =
                    samples.curl("-H", "end-user: " + user, "http://productpage:9080/productpage");
            assertThat(curl.verdict()).isEqualTo("200");
            return new Page(curl, (System.nanoTime() - start) / 1e9);
        }

        String text() {
            return curl.body();
        }
    }

    /** The page waits for reviews 3 s, twice; so a delay of 7 s takes them away after 6. */
    @ParameterizedTest
    @EnumSource
    void delayTakesReviewsFromJasonAfterSixSeconds(Compat compat) {
        IstioSamples samples = courseOf(compat);
        samples.network("virtual-service-ratings-test-delay");
        Page jason = Page.of(samples, "jason");
        assertThat(jason.text()).contains("Error fetching product reviews!").contains(NO_REVIEWS);
        assertThat(jason.seconds()).isBetween(5.0, 8.0);
        Page other = Page.of(samples, "somebody");
        assertThat(other.text()).doesNotContain("Sorry").contains("Reviewer1");
        assertThat(other.seconds()).isLessThan(5);
        assertThat(IstioSamples.starsOf(other.text())).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void abortTakesRatingsFromJasonOnly(Compat compat) {
        IstioSamples samples = courseOf(compat);
        samples.network("virtual-service-ratings-test-abort");
        Page jason = Page.of(samples, "jason");
        assertThat(jason.text()).contains(NO_RATINGS).contains("Reviewer1");
        assertThat(IstioSamples.starsOf(jason.text())).isEmpty();
        assertThat(Page.of(samples, "somebody").text()).doesNotContain(NO_RATINGS);
        assertThat(samples.curl("-H", "end-user: jason", "http://ratings:9080/ratings/0"))
                .satisfies(curl -> assertThat(curl.status()).isEqualTo(500))
                .satisfies(curl -> assertThat(curl.body()).isEqualTo("fault filter abort"));
    }

    @ParameterizedTest
    @EnumSource
    void faultTakesDetailsFromAll(Compat compat) {
        IstioSamples samples = courseOf(compat);
        samples.network("fault-injection-details-v1");
        assertThat(Page.of(samples, "").text())
                .contains("Error fetching product details!")
                .contains("Sorry, product details are currently unavailable for this book.");
        Curl curl = samples.curl("-i", "http://details:9080/details/0");
        assertThat(curl.status()).isEqualTo(555);
        assertThat(curl.body())
                .contains("server: envoy")
                .doesNotContain("x-envoy-upstream-service-time") // nobody was asked
                .endsWith("fault filter abort");
    }

    /** The page asks for reviews twice, so it takes two of their timeouts. */
    @ParameterizedTest
    @EnumSource
    void timeoutOfReviewsTakesThemFromThePageAfterOneSecond(Compat compat) {
        IstioSamples samples = courseOf(compat);
        samples.lab().apply(SLOW_RATINGS);
        Page page = Page.of(samples, "");
        assertThat(page.text()).contains(NO_REVIEWS);
        assertThat(page.seconds()).isBetween(1.0, 4.0);
        String url = "http://reviews:9080/reviews/0";
        Curl curl = samples.curl("-i", url);
        assertThat(curl.status()).isEqualTo(504);
        assertThat(curl.body()).contains("server: envoy").endsWith("upstream request timeout");
        String header = "x-envoy-upstream-rq-timeout-ms: 5000";
        assertThat(samples.curl("-H", header, url).verdict()).isEqualTo("200");
    }

    private static IstioSamples courseOf(Compat compat) {
        IstioSamples samples = SAMPLES.get(compat);
        samples.network("virtual-service-all-v1");
        samples.network("virtual-service-reviews-test-v2");
        return samples;
    }

    private static final String SLOW_RATINGS =
            """
            apiVersion: networking.istio.io/v1alpha3
            kind: VirtualService
            metadata: {name: reviews, namespace: bookshop}
            spec:
              hosts: [reviews]
              http:
              - route: [{destination: {host: reviews, subset: v2}}]
                timeout: 0.5s
            ---
            apiVersion: networking.istio.io/v1alpha3
            kind: VirtualService
            metadata: {name: ratings, namespace: bookshop}
            spec:
              hosts: [ratings]
              http:
              - fault: {delay: {percent: 100, fixedDelay: 2s}}
                route: [{destination: {host: ratings, subset: v1}}]
            """;
}
