package io.reactivestore.payload;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The metadata half as JSON. Unknown fields are ignored; the lists may be left out. */
final class MetaJson {

    private static final JsonMapper JSON = JsonMapper.shared();

    private MetaJson() {}

    static byte[] encode(PayloadMeta meta) {
        ObjectNode json = JSON.createObjectNode()
                .put("payload_hash", meta.payloadHash())
                .put("bytes", meta.bytes())
                .put("tool_kind", meta.toolKind());
        ArrayNode roots = json.putArray("file_roots");
        for (FileRoot root : meta.fileRoots()) {
            roots.addObject().put("path", root.path()).put("expected_hash", root.expectedHash());
        }
        ArrayNode upstreams = json.putArray("upstream_keys");
        meta.upstreamKeys().forEach(key -> upstreams.add(key.hex()));
        return JSON.writeValueAsBytes(json);
    }

    /** @throws IllegalArgumentException if this is not the metadata of a payload; tells why */
    static PayloadMeta decode(ByteBuffer bytes) {
        try {
            JsonNode json = JSON.readTree(
                    StandardCharsets.UTF_8.decode(bytes.duplicate()).toString());
            List<FileRoot> roots = new ArrayList<>();
            for (JsonNode root : list(json, "file_roots")) {
                roots.add(new FileRoot(text(root, "path"), text(root, "expected_hash")));
            }
            List<PayloadKey> upstreams = new ArrayList<>();
            for (JsonNode key : list(json, "upstream_keys")) {
                upstreams.add(new PayloadKey(key.stringValue("")));
            }
            JsonNode length = json.path("bytes");
            if (!length.isIntegralNumber()) {
                throw new IllegalArgumentException("bytes is not a whole number");
            }
            return new PayloadMeta(
                    text(json, "payload_hash"), length.longValue(), text(json, "tool_kind"), roots, upstreams);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("it is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static String text(JsonNode json, String field) {
        JsonNode value = json.path(field);
        if (!value.isString()) {
            throw new IllegalArgumentException(field + " is not a text");
        }
        return value.stringValue();
    }

    private static JsonNode list(JsonNode json, String field) {
        JsonNode value = json.path(field);
        if (!value.isMissingNode() && !value.isArray()) {
            throw new IllegalArgumentException(field + " is not a list");
        }
        return value;
    }
}
