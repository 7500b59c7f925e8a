package dev.fairlead.agent.control.xds.compile;

import dev.fairlead.agent.model.workload.CaptureExclusions;
import dev.fairlead.agent.model.workload.Workload;
import dev.fairlead.agent.model.workload.Workload.Membership;
import dev.fairlead.agent.model.workload.Workload.Plaintext;
import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.v1.workload.Exclusions;
import io.envoyproxy.envoy.config.core.v3.CidrRange;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Our own {@code fairlead.wire.v1.Workload} to {@link Workload}. */
public final class WorkloadCompiler
        extends ResourceCompiler<dev.fairlead.wire.v1.workload.Workload, Workload> {

    public WorkloadCompiler() {
        super(dev.fairlead.wire.v1.workload.Workload.class);
    }

    @Override
    Outcome<Workload> translate(dev.fairlead.wire.v1.workload.Workload workload) throws Refusal {
        Values.notEmpty(workload.getUid(), At.ROOT.field("uid"));
        List<InetAddress> addresses = new ArrayList<>(workload.getAddressesCount());
        for (int i = 0; i < workload.getAddressesCount(); i++) {
            addresses.add(
                    Values.address(workload.getAddresses(i), At.ROOT.element("addresses", i)));
        }
        var model =
                new Workload(
                        workload.getUid(),
                        workload.getNamespace(),
                        workload.getName(),
                        identity(workload),
                        workload.getLabelsMap(),
                        addresses,
                        workload.getNode(),
                        workload.getCaptured(),
                        workload.getIsolated(),
                        workload.getWorkloadName(),
                        workload.getServicesList(),
                        new Membership(
                                workload.getEnrolled(),
                                workload.getLeftAlone(),
                                exclusions(workload.getExclusions(), At.ROOT.field("exclusions")),
                                workload.getScope()),
                        plaintext(workload),
                        identities(workload));
        return new Outcome.Compiled<>(model, References.NONE);
    }

    private static Plaintext plaintext(dev.fairlead.wire.v1.workload.Workload workload)
            throws Refusal {
        for (int i = 0; i < workload.getOtherwisePortsCount(); i++) {
            Values.port(workload.getOtherwisePorts(i), At.ROOT.element("otherwise_ports", i));
        }
        return new Plaintext(workload.getPlaintext(), Set.copyOf(workload.getOtherwisePortsList()));
    }

    private static SpiffeId identity(dev.fairlead.wire.v1.workload.Workload workload)
            throws Refusal {
        try {
            return new SpiffeId(
                    workload.getTrustDomain(),
                    workload.getNamespace(),
                    workload.getServiceAccount());
        } catch (IllegalArgumentException e) {
            throw At.ROOT.field("service_account").refuse(String.valueOf(e.getMessage()));
        }
    }

    private static Set<SpiffeId> identities(dev.fairlead.wire.v1.workload.Workload workload)
            throws Refusal {
        SpiffeId own = identity(workload);
        Set<SpiffeId> all = new HashSet<>(Set.of(own));
        for (int i = 0; i < workload.getTrustDomainAliasesCount(); i++) {
            try {
                all.add(
                        new SpiffeId(
                                workload.getTrustDomainAliases(i),
                                own.namespace(),
                                own.serviceAccount()));
            } catch (IllegalArgumentException e) {
                throw At.ROOT
                        .element("trust_domain_aliases", i)
                        .refuse(String.valueOf(e.getMessage()));
            }
        }
        return all;
    }

    private static CaptureExclusions exclusions(Exclusions exclusions, At at) throws Refusal {
        for (int i = 0; i < exclusions.getInboundPortsCount(); i++) {
            Values.port(exclusions.getInboundPorts(i), at.element("inbound_ports", i));
        }
        for (int i = 0; i < exclusions.getOutboundPortsCount(); i++) {
            Values.port(exclusions.getOutboundPorts(i), at.element("outbound_ports", i));
        }
        for (int i = 0; i < exclusions.getOutboundCidrsCount(); i++) {
            At cidrAt = at.element("outbound_cidrs", i);
            String cidr = exclusions.getOutboundCidrs(i);
            int slash = cidr.indexOf('/');
            if (!cidr.substring(slash + 1).matches("[0-9]{1,3}")) {
                throw cidrAt.refuse("\"" + cidr + "\" is not a range");
            }
            var range = CidrRange.newBuilder();
            range.setAddressPrefix(cidr.substring(0, Math.max(0, slash)));
            range.getPrefixLenBuilder().setValue(Integer.parseInt(cidr.substring(slash + 1)));
            Values.range(range.build(), cidrAt);
        }
        return new CaptureExclusions(
                exclusions.getInboundPortsList(),
                exclusions.getOutboundPortsList(),
                exclusions.getOutboundCidrsList());
    }

    @Override
    String nameOf(dev.fairlead.wire.v1.workload.Workload workload) {
        return workload.getUid();
    }

    @Override
    String nameField() {
        return "uid";
    }
}
