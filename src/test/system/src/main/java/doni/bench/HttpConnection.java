package doni.bench;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One kept-alive HTTP/1.1 connection, with as little work as possible on this side: what the load
 * generator burns on two shared cores, the service cannot have.
 */
final class HttpConnection implements AutoCloseable {

  /**
   * An answer.
   *
   * @param tag its ETag; empty for none
   * @param body empty where it was only counted
   */
  record Answer(int status, String tag, String body) {}

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  HttpConnection(int port) throws IOException {
    this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    this.in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    this.out = socket.getOutputStream();
  }

  /** The bytes of a request; {@code body} may be empty. */
  static byte[] request(String method, String path, String token, String body) {
    return request(method, path, token, body, "");
  }

  /**
   * As above.
   *
   * @param tag for {@code If-None-Match}; empty for none
   */
  static byte[] request(String method, String path, String token, String body, String tag) {
    byte[] content = body.getBytes(StandardCharsets.UTF_8);
    String head =
        method
            + " "
            + path
            + " HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nX-Auth-Token: "
            + token
            + "\r\n"
            + (content.length == 0 ? "" : "Content-Type: application/json\r\n")
            + (tag.isEmpty() ? "" : "If-None-Match: " + tag + "\r\n")
            + "Content-Length: "
            + content.length
            + "\r\n\r\n";
    byte[] headBytes = head.getBytes(StandardCharsets.US_ASCII);
    byte[] all = java.util.Arrays.copyOf(headBytes, headBytes.length + content.length);
    System.arraycopy(content, 0, all, headBytes.length, content.length);
    return all;
  }

  Answer send(byte[] request, boolean keepBody) throws IOException {
    out.write(request);
    int status = Integer.parseInt(line().substring(9, 12));
    long length = 0;
    boolean chunked = false;
    String tag = "";
    for (String header = line(); !header.isEmpty(); header = line()) {
      String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Long.parseLong(lower.substring(15).strip());
      } else if (lower.startsWith("etag:")) {
        tag = header.substring(5).strip();
      } else if (lower.startsWith("transfer-encoding:") && lower.contains("chunked")) {
        chunked = true;
      }
    }
    return chunked ? chunks(status, tag, keepBody) : body(status, tag, length, keepBody);
  }

  private Answer body(int status, String tag, long length, boolean keepBody) throws IOException {
    if (keepBody) {
      return new Answer(
          status, tag, new String(in.readNBytes(Math.toIntExact(length)), StandardCharsets.UTF_8));
    }
    in.skipNBytes(length);
    return new Answer(status, tag, "");
  }

  private Answer chunks(int status, String tag, boolean keepBody) throws IOException {
    java.io.ByteArrayOutputStream kept = new java.io.ByteArrayOutputStream();
    for (int size = chunkSize(); size > 0; size = chunkSize()) {
      if (keepBody) {
        kept.write(in.readNBytes(size));
      } else {
        in.skipNBytes(size);
      }
      in.skipNBytes(2);
    }
    line();
    return new Answer(status, tag, kept.toString(StandardCharsets.UTF_8));
  }

  private int chunkSize() throws IOException {
    return Integer.parseInt(line(), 16);
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder(64);
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("the service closed the connection");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
