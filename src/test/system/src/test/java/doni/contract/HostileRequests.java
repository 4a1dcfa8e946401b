package doni.contract;

import static doni.contract.HostileRequest.get;
import static doni.contract.HostileRequest.header;
import static doni.contract.HostileRequest.line;
import static doni.contract.HostileRequest.patch;
import static doni.contract.HostileRequest.post;
import static doni.contract.HostileRequest.raw;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** Requests that must each be refused with a 4xx and the one error body. */
final class HostileRequests {

  private static final int TEN_MEGABYTES = 10_000_000;

  /** An enrollment that would be accepted. */
  private static final String GOOD =
      """
      {"name": "hostile", "hardware_type": "fake-hardware",
       "properties": {"default_required_field": "drf"}}\
      """;

  private HostileRequests() {}

  static Stream<HostileRequest> all() {
    return Stream.of(lines(), paths(), queries(), headers(), framing(), types(), json(), patches())
        .flatMap(List::stream);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static List<HostileRequest> lines() {
    return List.of(
        raw("a TLS greeting", "\u0016\u0003\u0001\u0000\u00a5\u0001\r\n\r\n"),
        raw("no request line", "\r\n\r\nHost: localhost\r\n\r\n"),
        line("an unknown method", "BREW / HTTP/1.1").build(),
        line("a lower-case method", "get / HTTP/1.1").build(),
        line("TRACE", "TRACE /v1/hardware HTTP/1.1").build(),
        line("no host", "GET / HTTP/1.1").without("Host").build(),
        line("two hosts", "GET / HTTP/1.1").header("Host: other").build(),
        line("a host that is none", "GET / HTTP/1.1").without("Host").header("Host: a b<>").build(),
        get("a path that is too long", "/v1/hardware/" + "a".repeat(100_000)));
  }

  private static List<HostileRequest> paths() {
    return List.of(
        get("characters that need encoding", "/v1/hardware/<script>"),
        get("an encoded slash", "/v1/hardware/a%2Fb"),
        get("an encoded backslash", "/v1/hardware/a%5Cb"),
        get("a backslash", "/v1/hardware/..\\..\\etc"),
        get("a path parameter before the parent", "/v1/hardware/..;/hardware"),
        get("a path parameter", "/v1/hardware;a=b/x"),
        get("the parent", "/v1/../../etc/passwd"),
        get("the encoded parent", "/v1/hardware/%2e%2e/%2e%2e/actuator/env"),
        get("the twice encoded parent", "/v1/hardware/%252e%252e"),
        get("the overlong parent", "/v1/hardware/%c0%ae%c0%ae"),
        get("double slashes", "//v1//hardware"),
        get("an encoded null", "/v1/hardware/%00"),
        get("an encoded newline", "/v1/hardware/a%0d%0aX-A:%20b"),
        get("a broken escape", "/v1/hardware/%zz"),
        get("half an escape", "/v1/hardware/%2"),
        get("a raw byte", "/v1/hardware/\u00ff"),
        get("an endpoint that is not exposed", "/actuator/env"),
        line("a method that is not mapped", "PUT /v1/hardware/export HTTP/1.1").build());
  }

  private static List<HostileRequest> queries() {
    return List.of(
        get("a null in the query", "/v1/hardware?name=%00"),
        get("a broken escape in the query", "/v1/hardware?name=%zz"),
        get("no UTF-8 in the query", "/v1/hardware?name=%ff%fe"),
        get("a parameter twice", "/v1/hardware?limit=1&limit=2"),
        get("a negative limit", "/v1/hardware?limit=-1"),
        get("a limit that must be a number", "/v1/hardware?limit=1;drop%20table%20hardware"),
        get("SQL to sort by", "/v1/hardware?sort_key=name;select%20pg_sleep(9)--"),
        get("a marker that must be a UUID", "/v1/hardware?marker='%20or%20'1'='1"),
        get("a state that is none", "/v1/hardware?state=%27"),
        get("parameters without end", "/v1/hardware?" + "a=1&".repeat(2_000)),
        get("a long parameter", "/v1/hardware?name=" + "a".repeat(300)));
  }

  private static List<HostileRequest> headers() {
    return List.of(
        header("a header that is too large", "X-A: " + "a".repeat(100_000)),
        header("headers without end", "X-A: b\r\n".repeat(5_000) + "X-A: b"),
        header("a null in a header", "X-A: a\u0000b"),
        header("a header's name with a space", "X A: b"),
        header("a header without a name", ": b"),
        header("a header without a colon", "X-A"),
        header("two tokens", "X-Auth-Token: " + ServiceUnderTest.TOKENS.get("bob")),
        header("a media type that the service does not have", "Accept: image/png"),
        header("an Accept that is none", "Accept: ///"),
        line("a token that is none", "GET /v1/hardware HTTP/1.1")
            .without("X-Auth-Token")
            .header("X-Auth-Token: " + "\u00ff".repeat(1_000))
            .build(),
        tagged("an If-Match without quotes", "3"),
        tagged("an If-Match that goes on", "\"3\" \"4\""),
        tagged("an If-Match without an end", "\"3"),
        tagged("an If-Match of many", "\"3\"," + "\"3\",".repeat(100) + "\"3\""),
        post("an Idempotency-Key that is not ASCII", "application/json", utf8(GOOD))
            .header("Idempotency-Key: \u00e4")
            .build(),
        post("two Idempotency-Keys", "application/json", utf8(GOOD))
            .header("Idempotency-Key: a")
            .header("Idempotency-Key: b")
            .build(),
        post("a long Idempotency-Key", "application/json", utf8(GOOD))
            .header("Idempotency-Key: " + "k".repeat(256))
            .build(),
        post("an expectation", "application/json", utf8(GOOD)).header("Expect: the-worst").build());
  }

  private static HostileRequest tagged(String name, String ifMatch) {
    return line(name, "DELETE /v1/hardware/00000000-0000-4000-8000-000000000000 HTTP/1.1")
        .header("If-Match: " + ifMatch)
        .build();
  }

  private static List<HostileRequest> framing() {
    String chunked = "Transfer-Encoding: chunked";
    String json = "Content-Type: application/json";
    String chunk = "10000\r\n" + " ".repeat(65_536) + "\r\n";
    return List.of(
        post("10 MB", " ".repeat(TEN_MEGABYTES)),
        post("10 MB in chunks")
            .header(json)
            .header(chunked)
            .rest(chunk.repeat(TEN_MEGABYTES / 65_536) + "0\r\n\r\n")
            .build(),
        post("a length of 1 GB")
            .header(json)
            .header("Content-Length: 1000000000")
            .rest("{}")
            .build(),
        post("a negative length").header(json).header("Content-Length: -1").build(),
        post("a length in hexadecimal").header(json).header("Content-Length: 0x10").build(),
        post("a length that overflows")
            .header(json)
            .header("Content-Length: 99999999999999999999")
            .build(),
        post("two lengths", "application/json", utf8(GOOD)).header("Content-Length: 3").build(),
        post("a length and chunks", "application/json", utf8(GOOD)).header(chunked).build(),
        post("a chunk without a size")
            .header(json)
            .header(chunked)
            .rest("zz\r\n{}\r\n0\r\n\r\n")
            .build(),
        post("a chunk that is too short").header(json).header(chunked).rest("ff\r\n{}").build(),
        post("a body that is cut short")
            .header(json)
            .header("Content-Length: 100")
            .rest("{\"name\":")
            .build());
  }

  private static List<HostileRequest> types() {
    byte[] good = utf8(GOOD);
    return List.of(
        post("no type").body(good).build(),
        post("a form", "application/x-www-form-urlencoded", utf8("name=%zz&=&&")).build(),
        post("parts", "multipart/form-data; boundary=x", utf8("--x\r\n")).build(),
        post("XML", "application/xml", utf8("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"))
            .build(),
        post("a type that is none", "///", good).build(),
        post("another charset", "application/json; charset=latin1", good).build(),
        post("a charset that is none", "application/json; charset=nope", good).build(),
        post("compressed", "application/json", new byte[] {0x1f, (byte) 0x8b, 8, 0})
            .header("Content-Encoding: gzip")
            .build(),
        post("UTF-16", GOOD.getBytes(StandardCharsets.UTF_16)),
        post("no UTF-8", new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}),
        post("a surrogate in UTF-8", new byte[] {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'}));
  }

  private static List<HostileRequest> json() {
    return List.of(
        post("100,000 levels of lists", "[".repeat(100_000)),
        post("100,000 levels of objects", "{\"a\":".repeat(100_000)),
        post("a huge exponent", property("1e400")),
        post("a huger exponent", property("1e2147483647")),
        post("a tiny exponent", property("1e-2147483647")),
        post("500,000 digits", property("9".repeat(500_000))),
        post("a long text", property("\"" + "a".repeat(500_000) + "\"")),
        post("a long name", "{\"" + "a".repeat(500_000) + "\": 1}"),
        post("members without end", members()),
        post("a member twice", GOOD.replace("{\"name\"", "{\"name\": \"other\", \"name\"")),
        post("a null in a text", property("\"\\u0000\"")),
        post("a null in a name", GOOD.replace("default_required_field", "a\\u0000b")),
        post("a null in the device's name", GOOD.replace("hostile", "a\\u0000")),
        post("a newline in the device's name", GOOD.replace("hostile", "a\\nb")),
        post("half a surrogate pair", property("\"\\ud800\"")),
        post("not a number", property("NaN")),
        post("infinity", property("Infinity")),
        post("a comment", "/* */" + GOOD),
        post("single quotes", GOOD.replace('"', '\'')),
        post("two values", GOOD + GOOD),
        post(
            "a member that is not the client's",
            GOOD.replaceFirst("}$", ", \"project_id\": \"p\"}")),
        post("null", "null"),
        post("a list", "[" + GOOD + "]"));
  }

  private static String property(String value) {
    return GOOD.replace("\"drf\"", value);
  }

  private static String members() {
    StringBuilder body = new StringBuilder("{");
    for (int i = 0; i < 50_000; i++) {
      body.append("\"m").append(i).append("\":1,");
    }
    return body.append("\"name\":1}").toString();
  }

  private static List<HostileRequest> patches() {
    String step = "{\"op\": \"add\", \"path\": \"/name\", \"value\": \"x\"}";
    return List.of(
        patch("a patch that must be a list", "{}"),
        patch("a patch of a number", "[1]"),
        patch(
            "a patch with another operation",
            step.replace("add", "copy").transform(s -> "[" + s + "]")),
        patch("a patch without a pointer", "[" + step.replace("/name", "name") + "]"),
        patch("a patch of what is not the client's", "[" + step.replace("/name", "/uuid") + "]"),
        patch("a patch of a prototype", "[" + step.replace("/name", "/__proto__/x") + "]"),
        patch("a patch with a broken pointer", "[" + step.replace("/name", "/properties/~2") + "]"),
        patch("a patch without a value", "[{\"op\": \"add\", \"path\": \"/name\"}]"),
        patch("a patch with a null", "[" + step.replace("\"x\"", "\"\\u0000\"") + "]"),
        patch("a patch without end", "[" + (step + ",").repeat(10_000) + step + "]"));
  }
}
