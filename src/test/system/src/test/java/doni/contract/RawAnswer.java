package doni.contract;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes an answer apart that was read from a socket until it was closed. */
final class RawAnswer {

  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3}) .*");
  private static final Pattern TYPE = Pattern.compile("(?im)^Content-Type: *([^\\r\\n]*)");
  private static final Pattern CHUNKED = Pattern.compile("(?im)^Transfer-Encoding: *chunked");

  private RawAnswer() {}

  static Answer parse(String answer) {
    int end = answer.indexOf("\r\n\r\n");
    if (end < 0) {
      throw new AssertionError("there is no answer but: " + answer);
    }
    String head = answer.substring(0, end);
    String body = answer.substring(end + 4);
    Matcher status = STATUS.matcher(head.lines().findFirst().orElse(""));
    if (!status.matches()) {
      throw new AssertionError("there is no status: " + head);
    }
    Matcher type = TYPE.matcher(head);
    return new Answer(
        Integer.parseInt(status.group(1)),
        type.find() ? type.group(1) : "",
        CHUNKED.matcher(head).find() ? joined(body) : body);
  }

  private static String joined(String chunks) {
    StringBuilder body = new StringBuilder();
    int at = 0;
    while (at < chunks.length()) {
      int lineEnd = chunks.indexOf("\r\n", at);
      int size = Integer.parseInt(chunks.substring(at, lineEnd), 16);
      body.append(chunks, lineEnd + 2, lineEnd + 2 + size);
      at = size == 0 ? chunks.length() : lineEnd + 2 + size + 2;
    }
    return body.toString();
  }
}
