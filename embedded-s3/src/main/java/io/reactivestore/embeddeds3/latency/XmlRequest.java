package io.reactivestore.embeddeds3.latency;

import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** Reads the documents that clients send. Both have their facts in elements without others inside. */
final class XmlRequest {

    private static final XMLInputFactory FACTORY = XMLInputFactory.newFactory();

    static {
        FACTORY.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        FACTORY.setProperty(XMLInputFactory.IS_COALESCING, true);
    }

    private record Leaf(String name, String text) {}

    private XmlRequest() {}

    /** Which keys to delete, and whether to tell of failures only. */
    record Deletion(List<String> keys, boolean quiet) {}

    static Deletion deletion(byte[] document) {
        List<String> keys = new ArrayList<>();
        boolean quiet = false;
        for (Leaf leaf : leaves(document)) {
            if (leaf.name.equals("Key")) {
                keys.add(leaf.text);
            }
            quiet |= leaf.name.equals("Quiet") && leaf.text.trim().equals("true");
        }
        return new Deletion(keys, quiet);
    }

    /** Unquoted etags by the numbers of their parts. */
    static Map<Integer, String> parts(byte[] document) {
        Map<Integer, String> parts = new TreeMap<>();
        String etag = "";
        int number = 0;
        for (Leaf leaf : leaves(document)) {
            if (leaf.name.equals("ETag")) {
                etag = leaf.text.trim().replace("\"", "");
            } else if (leaf.name.equals("PartNumber") && leaf.text.trim().matches("\\d{1,5}")) {
                number = Integer.parseInt(leaf.text.trim());
            }
            if (!etag.isEmpty() && number > 0) {
                parts.put(number, etag);
                etag = "";
                number = 0;
            }
        }
        if (parts.isEmpty()) {
            throw new S3Failure(400, "MalformedXML");
        }
        return parts;
    }

    private static List<Leaf> leaves(byte[] document) {
        List<Leaf> leaves = new ArrayList<>();
        try {
            XMLStreamReader reader = FACTORY.createXMLStreamReader(new ByteArrayInputStream(document));
            StringBuilder text = new StringBuilder();
            while (reader.hasNext()) {
                switch (reader.next()) {
                    case XMLStreamConstants.START_ELEMENT -> text.setLength(0);
                    case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE ->
                        text.append(reader.getText());
                    case XMLStreamConstants.END_ELEMENT -> leaves.add(new Leaf(reader.getLocalName(), text.toString()));
                    default -> {
                        // comments and the like say nothing
                    }
                }
            }
            reader.close();
            return leaves;
        } catch (XMLStreamException e) {
            throw new S3Failure(400, "MalformedXML");
        }
    }
}
