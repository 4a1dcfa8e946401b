package doni.simulator.http;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a simulated API says to a request. */
public sealed interface Answer {

  int status();

  Map<String, String> headers();

  /** A complete answer; an empty body is sent as none. */
  record Full(int status, Map<String, String> headers, String contentType, String body)
      implements Answer {
    public Full {
      headers = Map.copyOf(headers);
    }
  }

  /** An answer that goes on until {@code body} returns, chunked. */
  record Stream(int status, Map<String, String> headers, String contentType, Body body)
      implements Answer {
    public Stream {
      headers = Map.copyOf(headers);
    }
  }

  /** Writes a stream; every flush sends what has been written. */
  @FunctionalInterface
  interface Body {
    void writeTo(OutputStream out) throws IOException, InterruptedException;
  }

  static Answer json(int status, JsonNode body) {
    return json(status, body, Map.of());
  }

  static Answer json(int status, JsonNode body, Map<String, String> headers) {
    return new Full(status, headers, "application/json", Json.MAPPER.writeValueAsString(body));
  }

  static Answer empty(int status) {
    return new Full(status, Map.of(), "", "");
  }

  /** The mapper of the whole simulation. */
  final class Json {
    public static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Json() {}
  }
}
