package dev.fairlead.agent.data.authz;

import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code envoy.service.auth.v3.CheckResponse}, behind gRPC's prefix. What it does not say is as if
 * it were not there; what is malformed, or no header, is no answer.
 */
final class CheckResponse {

    private static final int PREFIX = 5;
    private static final int FORBIDDEN = 403;

    private int status;
    private int httpStatus = FORBIDDEN;
    private String body = "";
    private final List<Map.Entry<String, String>> refusal = new ArrayList<>();
    private final List<Map.Entry<String, String>> set = new ArrayList<>();
    private final List<Map.Entry<String, String>> append = new ArrayList<>();
    private final List<String> remove = new ArrayList<>();
    private final List<Map.Entry<String, String>> answer = new ArrayList<>();

    private CheckResponse() {}

    /** Reads the fields of a message, one after the other. */
    private interface Fields {
        boolean read(int field, CodedInputStream in) throws IOException;
    }

    static Verdict read(byte[] framed) {
        if (framed.length < PREFIX
                || framed[0] != 0
                || ByteBuffer.wrap(framed).getInt(1) != framed.length - PREFIX) {
            return new Verdict.Failed();
        }
        CheckResponse response = new CheckResponse();
        try {
            each(
                    CodedInputStream.newInstance(framed, PREFIX, framed.length - PREFIX),
                    response::top);
        } catch (IOException e) {
            return new Verdict.Failed();
        }
        return response.status == 0
                ? new Verdict.Allowed(
                        response.set, response.append, response.remove, response.answer)
                : new Verdict.Refused(response.httpStatus, response.refusal, response.body);
    }

    private boolean top(int field, CodedInputStream in) throws IOException {
        switch (field) {
            case 1 ->
                    each(
                            in.readBytes().newCodedInput(),
                            (f, status1) -> {
                                if (f == 1) {
                                    status = status1.readInt32();
                                    return true;
                                }
                                return false;
                            });
            case 2 -> each(in.readBytes().newCodedInput(), this::denied);
            case 3 -> each(in.readBytes().newCodedInput(), this::ok);
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean denied(int field, CodedInputStream in) throws IOException {
        switch (field) {
            case 1 ->
                    each(
                            in.readBytes().newCodedInput(),
                            (f, code) -> {
                                if (f == 1) {
                                    httpStatus = code.readEnum();
                                    return true;
                                }
                                return false;
                            });
            case 2 -> option(in, refusal, refusal);
            case 3 -> body = in.readStringRequireUtf8();
            default -> {
                return false;
            }
        }
        if (httpStatus < 200 || httpStatus > 599) {
            throw new IOException("no status: " + httpStatus);
        }
        return true;
    }

    private boolean ok(int field, CodedInputStream in) throws IOException {
        switch (field) {
            case 2 -> option(in, set, append);
            case 5 -> {
                String name = in.readStringRequireUtf8();
                if (HeaderRules.mayBeSet(name)) {
                    remove.add(name);
                }
            }
            case 6 -> option(in, answer, answer);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** {@code HeaderValueOption}. */
    private static void option(
            CodedInputStream in,
            List<Map.Entry<String, String>> overwriting,
            List<Map.Entry<String, String>> appending)
            throws IOException {
        String[] header = {"", ""};
        boolean[] appends = {false};
        each(
                in.readBytes().newCodedInput(),
                (field, option) -> {
                    switch (field) {
                        case 1 ->
                                each(
                                        option.readBytes().newCodedInput(),
                                        (f, value) -> {
                                            if (f < 1 || f > 3) {
                                                return false;
                                            }
                                            String text = value.readStringRequireUtf8();
                                            header[f == 1 ? 0 : 1] = text;
                                            return true;
                                        });
                        case 2 ->
                                each(
                                        option.readBytes().newCodedInput(),
                                        (f, flag) -> {
                                            appends[0] = f == 1 && flag.readBool();
                                            return f == 1;
                                        });
                        default -> {
                            return false;
                        }
                    }
                    return true;
                });
        if (!HeaderRules.isValue(header[1])) {
            throw new IOException("no value of a header");
        }
        if (HeaderRules.mayBeSet(header[0])) {
            (appends[0] ? appending : overwriting).add(Map.entry(header[0], header[1]));
        }
    }

    private static void each(CodedInputStream in, Fields fields) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (!fields.read(tag >>> 3, in) && !in.skipField(tag)) {
                throw new IOException("an open group");
            }
        }
    }
}
