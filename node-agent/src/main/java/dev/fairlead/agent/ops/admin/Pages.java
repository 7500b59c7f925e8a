package dev.fairlead.agent.ops.admin;

import java.util.List;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pages of one port, by path. Immutable. */
final class Pages {

    private static final Logger LOG = LoggerFactory.getLogger(Pages.class);

    private final TreeMap<String, Page> byPath = new TreeMap<>();

    Pages(List<Page> pages) {
        pages.forEach(page -> byPath.put(page.path(), page));
    }

    List<Page> all() {
        return List.copyOf(byPath.values());
    }

    AdminResponse answer(AdminRequest request) {
        Page page = byPath.get(request.path());
        if (page == null) {
            String hint =
                    byPath.containsKey("/help")
                            ? "see /help"
                            : "there is " + String.join(", ", byPath.keySet());
            return AdminResponse.refusal(404, "no such page: " + hint);
        }
        if (!page.takes(request.post())) {
            return AdminResponse.refusal(
                    405, page.path() + " takes " + page.methods().allow() + " only");
        }
        try {
            return page.answer().to(request);
        } catch (IllegalArgumentException e) {
            return AdminResponse.refusal(400, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("admin page failed path={}", page.path(), e);
            return AdminResponse.refusal(500, "the page failed; the agent's log says why");
        }
    }

    /** What may be asked of {@code path}; "" where there is no such page. */
    String allow(String path) {
        Page page = byPath.get(path);
        return page == null ? "" : page.methods().allow();
    }
}
