package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The policy walk-throughs of Istio 1.0 on its bookinfo: quotas, denials and white lists. */
@Tag("lab")
class MixerTest {

    @RegisterExtension static final SharedLab LAB = SharedLab.ISTIO_1_0;

    private static IstioSamples samples;

    @BeforeAll
    static void bookinfo() {
        IstioSamples.need("MixerTest");
        samples = IstioSamples.bookinfo(LAB.lab());
        samples.network("virtual-service-all-v1");
    }

    private static final String QUOTA =
            """
            apiVersion: config.istio.io/v1alpha2
            kind: memquota
            metadata: {name: handler, namespace: istio-system}
            spec:
              quotas:
              - name: requestcount.quota.istio-system
                maxAmount: 500
                validDuration: 1s
                overrides:
                - {dimensions: {destination: productpage}, maxAmount: 2, validDuration: 5s}
            ---
            apiVersion: config.istio.io/v1alpha2
            kind: quota
            metadata: {name: requestcount, namespace: istio-system}
            spec:
              dimensions:
                source: request.headers["x-forwarded-for"] | "unknown"
                destination: destination.labels["app"] | destination.service.name | "unknown"
                destinationVersion: destination.labels["version"] | "unknown"
            ---
            apiVersion: config.istio.io/v1alpha2
            kind: QuotaSpec
            metadata: {name: request-count, namespace: istio-system}
            spec: {rules: [{quotas: [{charge: "1", quota: requestcount}]}]}
            ---
            apiVersion: config.istio.io/v1alpha2
            kind: QuotaSpecBinding
            metadata: {name: request-count, namespace: istio-system}
            spec:
              quotaSpecs: [{name: request-count, namespace: istio-system}]
              services: [{name: productpage, namespace: bookshop}]
            ---
            apiVersion: config.istio.io/v1alpha2
            kind: rule
            metadata: {name: quota, namespace: istio-system}
            spec:
              match: match(request.headers["cookie"], "session=*") == false
              actions: [{handler: handler.memquota, instances: [requestcount.quota]}]
            """;

    /** Two requests in five seconds; who has signed in is not counted. */
    @Test
    void thirdPageIsTooMany() {
        samples.lab().apply(QUOTA);
        try {
            String pages = codes("", 4);
            assertThat(pages).isEqualTo("200 200 429 429 ");
            Curl refused = samples.curl("http://productpage:9080/productpage");
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.body())
                    .isEqualTo("RESOURCE_EXHAUSTED:Quota is exhausted for: requestcount");
            assertThat(codes("-b session=1 ", 4)).isEqualTo("200 200 200 200 ");
            assertThat(samples.lab().run("get", "rule", "-A").ok()).contains("quota");
            Lab.await("quota again", () -> codes("", 1).equals("200 "));
        } finally {
            samples.lab().delete(QUOTA);
        }
        assertThat(codes("", 4)).isEqualTo("200 200 200 200 ");
    }

    /** Of one curl, so that no time passes between. */
    private static String codes(String options, int n) {
        return samples.sleep(
                        "curl -s "
                                + options
                                + "-o /dev/null -w '%{http_code} '"
                                + " 'http://productpage:9080/api/v1/products?n=[1-"
                                + n
                                + "]'")
                .out();
    }

    @Test
    void denierTakesRatingsFromOneVersionOfReviews() {
        String deny =
                """
                apiVersion: config.istio.io/v1alpha2
                kind: denier
                metadata: {name: denyreviewsv3handler, namespace: bookshop}
                spec: {status: {code: 7, message: Not allowed}}
                ---
                apiVersion: config.istio.io/v1alpha2
                kind: checknothing
                metadata: {name: denyreviewsv3request, namespace: bookshop}
                spec: {}
                ---
                apiVersion: config.istio.io/v1alpha2
                kind: rule
                metadata: {name: denyreviewsv3, namespace: bookshop}
                spec:
                  match: destination.labels["app"] == "ratings" && source.labels["app"]=="reviews" && source.labels["version"] == "v3"
                  actions: [{handler: denyreviewsv3handler.denier, instances: [denyreviewsv3request.checknothing]}]
                """;
        samples.lab().apply(deny);
        try {
            Curl denied = ratingsFor("v3");
            assertThat(denied.status()).isEqualTo(403);
            assertThat(denied.body())
                    .isEqualTo("PERMISSION_DENIED:denyreviewsv3handler.bookshop:Not allowed");
            assertThat(ratingsFor("v2").status()).isEqualTo(200);
        } finally {
            samples.lab().delete(deny);
        }
        assertThat(ratingsFor("v3").status()).isEqualTo(200);
    }

    @Test
    void whiteListLetsItsVersionsIn() {
        String list =
                """
                apiVersion: config.istio.io/v1alpha2
                kind: listchecker
                metadata: {name: whitelist, namespace: bookshop}
                spec: {overrides: [v1, v2], blacklist: false}
                ---
                apiVersion: config.istio.io/v1alpha2
                kind: listentry
                metadata: {name: appversion, namespace: bookshop}
                spec: {value: 'source.labels["version"]'}
                ---
                apiVersion: config.istio.io/v1alpha2
                kind: rule
                metadata: {name: checkversion, namespace: bookshop}
                spec:
                  match: destination.labels["app"] == "ratings"
                  actions: [{handler: whitelist.listchecker, instances: [appversion.listentry]}]
                """;
        samples.lab().apply(list);
        try {
            Curl denied = ratingsFor("v3");
            assertThat(denied.status()).isEqualTo(403);
            assertThat(denied.body())
                    .isEqualTo("PERMISSION_DENIED:whitelist.bookshop:v3 is not whitelisted");
            assertThat(ratingsFor("v2").status()).isEqualTo(200);
        } finally {
            samples.lab().delete(list);
        }
    }

    private static Curl ratingsFor(String version) {
        return Curl.from(
                samples.lab(),
                IstioSamples.NAMESPACE,
                "deploy/reviews-" + version,
                "http://ratings:9080/ratings/0");
    }
}
