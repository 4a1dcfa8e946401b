package doni.client;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 exchange on a connection of its own. The JDK's client takes more processor time for
 * one request than everything else that a command does; see ADR 45.
 */
final class HttpExchange implements AutoCloseable {

  private static final int CONNECT_MILLIS = 5_000;
  private static final int MAX_HEAD = 64 * 1024;

  private final Socket socket;
  private final InputStream in;
  private int headBytes;
  private int status;
  private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

  private HttpExchange(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new java.io.BufferedInputStream(socket.getInputStream());
  }

  /**
   * Sends a request and reads the head of the response.
   *
   * @param trust for an https URI
   * @param silence how long the service may send nothing, in milliseconds
   * @param body null for a request without a body
   */
  static HttpExchange send(
      TlsTrust trust,
      String method,
      URI uri,
      Map<String, String> headers,
      @Nullable String body,
      int silence)
      throws IOException {
    Socket socket = connect(trust, uri, silence);
    try {
      byte[] content = body == null ? null : body.getBytes(StandardCharsets.UTF_8);
      ByteArrayOutputStream request = new ByteArrayOutputStream();
      request.writeBytes(head(method, uri, headers, content).getBytes(StandardCharsets.UTF_8));
      if (content != null) {
        request.writeBytes(content);
      }
      request.writeTo(socket.getOutputStream());
      socket.getOutputStream().flush();
      HttpExchange exchange = new HttpExchange(socket);
      exchange.readHead();
      return exchange;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private static Socket connect(TlsTrust trust, URI uri, int silence) throws IOException {
    boolean tls = "https".equals(uri.getScheme());
    int port = uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80;
    String host = uri.getHost().replaceAll("^\\[|\\]$", "");
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new UnknownHostException(host);
    }
    Socket socket = new Socket();
    try {
      socket.connect(address, CONNECT_MILLIS);
      socket.setSoTimeout(silence);
      socket.setTcpNoDelay(true);
      return tls ? secure(trust, socket, host, port) : socket;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /** Checks the certificate and the name in it, which a plain SSLSocket does not. */
  private static Socket secure(TlsTrust trust, Socket socket, String host, int port)
      throws IOException {
    SSLSocket secured = (SSLSocket) trust.sockets().createSocket(socket, host, port, true);
    SSLParameters parameters = secured.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    secured.setSSLParameters(parameters);
    secured.startHandshake();
    return secured;
  }

  private static String head(
      String method, URI uri, Map<String, String> headers, byte @Nullable [] content) {
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    StringBuilder head = new StringBuilder();
    head.append(method).append(' ').append(path);
    if (uri.getRawQuery() != null) {
      head.append('?').append(uri.getRawQuery());
    }
    head.append(" HTTP/1.1\r\nHost: ").append(uri.getHost());
    if (uri.getPort() >= 0) {
      head.append(':').append(uri.getPort());
    }
    head.append("\r\nConnection: close\r\n");
    for (Map.Entry<String, String> header : headers.entrySet()) {
      if (header.getValue().chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
        throw new IllegalArgumentException(header.getKey() + " has a control character");
      }
      head.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n");
    }
    if (content != null) {
      head.append("Content-Length: ").append(content.length).append("\r\n");
    }
    return head.append("\r\n").toString();
  }

  private void readHead() throws IOException {
    do {
      String line = line();
      String[] parts = line.split(" ", 3);
      if (!line.startsWith("HTTP/1.") || parts.length < 2 || !parts[1].matches("[1-5]\\d\\d")) {
        throw new IOException("not an HTTP response");
      }
      status = Integer.parseInt(parts[1]);
      headers.clear();
      for (String field = line(); !field.isEmpty(); field = line()) {
        int colon = field.indexOf(':');
        if (colon > 0) {
          headers.put(field.substring(0, colon), field.substring(colon + 1).strip());
        }
      }
    } while (status < 200);
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("the connection ended");
      }
      if (++headBytes > MAX_HEAD) {
        throw new IOException("the head of the response is too long");
      }
      line.write(b);
    }
    return line.toString(StandardCharsets.UTF_8).stripTrailing();
  }

  int status() {
    return status;
  }

  String header(String name) {
    return headers.getOrDefault(name, "");
  }

  /** Returns the body. A body that is cut off ends with an exception, never silently. */
  InputStream body() throws IOException {
    if (header("Transfer-Encoding").toLowerCase(Locale.ROOT).contains("chunked")) {
      return new ChunkedBody();
    }
    String length = header("Content-Length");
    if (status == 204 || status == 304) {
      return InputStream.nullInputStream();
    }
    if (length.isEmpty()) {
      return in;
    }
    try {
      return new LimitedBody(Long.parseLong(length));
    } catch (NumberFormatException e) {
      throw new IOException("not an HTTP response", e);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // The answer is read, or an earlier exception says why not.
    }
  }

  /** A body of a known length. */
  private class LimitedBody extends FilterInputStream {
    private long left;

    LimitedBody(long length) {
      super(HttpExchange.this.in);
      left = length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      if (left == 0 || length == 0) {
        return length == 0 ? 0 : -1;
      }
      int count = super.read(bytes, from, (int) Math.min(length, left));
      if (count < 0) {
        throw new EOFException("the response was cut off");
      }
      left -= count;
      return count;
    }

    @Override
    public int available() throws IOException {
      return (int) Math.min(left, super.available());
    }
  }

  /** A body in chunks. */
  private final class ChunkedBody extends FilterInputStream {
    private @Nullable LimitedBody chunk;
    private boolean ended;

    ChunkedBody() {
      super(HttpExchange.this.in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      while (!ended) {
        LimitedBody current = chunk == null ? next() : chunk;
        int count = current.read(bytes, from, length);
        if (count >= 0) {
          return count;
        }
        chunk = null;
        line();
      }
      return -1;
    }

    /** Counts no bytes of the next chunk: a reader would wait for it before it returns this one. */
    @Override
    public int available() throws IOException {
      return chunk == null ? 0 : chunk.available();
    }

    /** Starts the next chunk; the last one has no bytes. */
    private LimitedBody next() throws IOException {
      headBytes = 0;
      String size = line().replaceFirst(";.*", "").strip();
      try {
        LimitedBody started = new LimitedBody(Long.parseLong(size, 16));
        ended = started.left == 0;
        chunk = started;
        return started;
      } catch (NumberFormatException e) {
        throw new IOException("not an HTTP response", e);
      }
    }
  }
}
