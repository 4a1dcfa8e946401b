package doni.contract;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Bytes that no well-behaved client sends. */
final class HostileRequest {

  private static final String HARDWARE = "/v1/hardware";

  private final String name;
  private final byte[] bytes;

  private HostileRequest(String name, byte[] bytes) {
    this.name = name;
    this.bytes = bytes;
  }

  String name() {
    return name;
  }

  byte[] bytes() {
    return bytes.clone();
  }

  /** A request that is put together from characters, each of which becomes one byte. */
  static final class Builder {
    private final String name;
    private final String line;
    private final List<String> headers = new ArrayList<>();
    private byte[] body = {};

    private Builder(String name, String line) {
      this.name = name;
      this.line = line;
      headers.add("Host: localhost");
      headers.add("X-Auth-Token: " + ServiceUnderTest.TOKENS.get("alice"));
      headers.add("Connection: close");
    }

    Builder header(String header) {
      headers.add(header);
      return this;
    }

    Builder without(String header) {
      headers.removeIf(line -> line.startsWith(header + ":"));
      return this;
    }

    /** The body with its length. */
    Builder body(byte[] bytes) {
      body = bytes;
      return header("Content-Length: " + bytes.length);
    }

    /** What follows the headers, whatever they say of it. */
    Builder rest(String characters) {
      body = characters.getBytes(StandardCharsets.ISO_8859_1);
      return this;
    }

    HostileRequest build() {
      String head = line + "\r\n" + String.join("\r\n", headers) + "\r\n\r\n";
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      bytes.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
      bytes.writeBytes(body);
      return new HostileRequest(name, bytes.toByteArray());
    }
  }

  static Builder line(String name, String line) {
    return new Builder(name, line);
  }

  static HostileRequest raw(String name, String characters) {
    return new HostileRequest(name, characters.getBytes(StandardCharsets.ISO_8859_1));
  }

  static HostileRequest get(String name, String path) {
    return line(name, "GET " + path + " HTTP/1.1").build();
  }

  static HostileRequest header(String name, String header) {
    return line(name, "GET " + HARDWARE + " HTTP/1.1").header(header).build();
  }

  /** An enrollment, but for its body. */
  static HostileRequest post(String name, byte[] body) {
    return post(name, "application/json", body).build();
  }

  static HostileRequest post(String name, String body) {
    return post(name, body.getBytes(StandardCharsets.UTF_8));
  }

  static Builder post(String name, String type, byte[] body) {
    return post(name).header("Content-Type: " + type).body(body);
  }

  static Builder post(String name) {
    return line(name, "POST " + HARDWARE + " HTTP/1.1");
  }

  static HostileRequest patch(String name, String body) {
    return line(name, "PATCH " + HARDWARE + "/00000000-0000-4000-8000-000000000000 HTTP/1.1")
        .header("Content-Type: application/json")
        .body(body.getBytes(StandardCharsets.UTF_8))
        .build();
  }
}
