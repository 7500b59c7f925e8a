package dev.fairlead.agent.ops.admin;

/**
 * One address of the server.
 *
 * @param help one sentence, as {@code /help} and the index print it
 * @param methods what may be asked of it
 */
record Page(String path, Methods methods, String help, Answer answer) {

    /** What is read is asked by GET or HEAD, what changes something by POST. */
    enum Methods {
        GET("GET, HEAD"),
        GET_AND_POST("GET, HEAD, POST");

        private final String allow;

        Methods(String allow) {
            this.allow = allow;
        }

        /** As the header Allow has it. */
        String allow() {
            return allow;
        }
    }

    /** Makes the page. IllegalArgumentException: the request makes no sense, and why. */
    interface Answer {
        AdminResponse to(AdminRequest request);
    }

    boolean takes(boolean post) {
        return !post || methods == Methods.GET_AND_POST;
    }
}
