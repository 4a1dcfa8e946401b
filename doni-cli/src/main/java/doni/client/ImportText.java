package doni.client;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * Decodes the text of an import: UTF-8, or the encoding that a byte order mark names. A file that
 * cannot be read is refused with its kind and the way to save it as text.
 */
public final class ImportText {

  private static final String EXCEL = "in Excel, save it as 'CSV UTF-8 (Comma delimited) (*.csv)'";
  private static final String LIBRE_OFFICE =
      "in LibreOffice, save it as 'Text CSV (.csv)' with the character set 'Unicode (UTF-8)'";
  private static final String NUMBERS =
      "in Numbers, choose File > Export To > CSV with the text encoding 'Unicode (UTF-8)'";

  /** A byte order mark with the encoding that it announces; UTF-32 LE begins like UTF-16 LE. */
  private record ByteOrderMark(String hex, Charset charset) {}

  private static final List<ByteOrderMark> MARKS =
      List.of(
          new ByteOrderMark("efbbbf", StandardCharsets.UTF_8),
          new ByteOrderMark("fffe0000", StandardCharsets.UTF_32LE),
          new ByteOrderMark("0000feff", StandardCharsets.UTF_32BE),
          new ByteOrderMark("fffe", StandardCharsets.UTF_16LE),
          new ByteOrderMark("feff", StandardCharsets.UTF_16BE));

  /** How many bytes are examined to recognize a file that is not text. */
  private static final int SAMPLE = 4096;

  private ImportText() {}

  /**
   * Reads a text, without its byte order mark.
   *
   * @throws UnreadableTextException if the stream has more bytes or is not text
   */
  public static String read(InputStream in, int maxBytes) throws IOException {
    byte[] bytes = in.readNBytes(maxBytes + 1);
    if (bytes.length > maxBytes) {
      throw new UnreadableTextException(
          "The text must not be larger than %d MiB; split the import.".formatted(maxBytes >> 20));
    }
    byte[] sample = Arrays.copyOf(bytes, Math.min(bytes.length, SAMPLE));
    for (ByteOrderMark mark : MARKS) {
      if (startsWith(sample, mark.hex())) {
        return decode(bytes, mark.hex().length() / 2, mark.charset());
      }
    }
    refuseOtherFormats(sample);
    return decode(bytes, 0, StandardCharsets.UTF_8);
  }

  private static void refuseOtherFormats(byte[] sample) {
    String content = new String(sample, StandardCharsets.ISO_8859_1);
    if (startsWith(sample, "504b0304")) {
      throw new UnreadableTextException(archive(content));
    }
    if (startsWith(sample, "d0cf11e0")) {
      throw new UnreadableTextException(
          "This is an Excel workbook (.xls), not text; " + EXCEL + ".");
    }
    if (startsWith(sample, "1f8b")) {
      throw new UnreadableTextException("This is compressed by gzip; decompress it first.");
    }
    String start = content.stripLeading().toLowerCase(Locale.ROOT);
    if (start.startsWith("<")) {
      throw new UnreadableTextException(
          "This is XML or HTML, neither CSV nor JSON; " + EXCEL + ".");
    }
    if (start.startsWith("---") || start.startsWith("- ")) {
      throw new UnreadableTextException(
          "This is YAML, neither CSV nor JSON; convert it, for example with yq -o json.");
    }
    if (content.indexOf(0) >= 0) {
      throw new UnreadableTextException(
          "This is binary, or UTF-16 without a byte order mark; save it as UTF-8: " + EXCEL + ".");
    }
  }

  /** Returns the text for a ZIP archive, the container of most spreadsheets. */
  private static String archive(String content) {
    if (content.contains("opendocument")) {
      return "This is an OpenDocument spreadsheet (.ods), not text; " + LIBRE_OFFICE + ".";
    }
    if (content.contains("Index/") || content.contains(".iwa")) {
      return "This is a Numbers spreadsheet (.numbers), not text; " + NUMBERS + ".";
    }
    if (content.contains("[Content_Types].xml") || content.contains("xl/")) {
      return "This is an Excel workbook (.xlsx), not text; " + EXCEL + ".";
    }
    return "This is a ZIP archive; unpack it first.";
  }

  private static String decode(byte[] bytes, int offset, Charset charset) {
    requireValid(ByteBuffer.wrap(bytes, offset, bytes.length - offset), charset);
    return new String(bytes, offset, bytes.length - offset, charset);
  }

  /** Decodes piece by piece, so that the whole text exists only once. */
  private static void requireValid(ByteBuffer bytes, Charset charset) {
    CharsetDecoder decoder =
        charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    CharBuffer piece = CharBuffer.allocate(SAMPLE);
    int line = 1;
    CoderResult result;
    do {
      result = decoder.decode(bytes, piece, true);
      piece.flip();
      line += (int) piece.chars().filter(c -> c == '\n').count();
      piece.clear();
    } while (result.isOverflow());
    if (result.isError()) {
      throw new UnreadableTextException(
          "Line %d is not %s; %s; %s; %s."
              .formatted(line, charset.name(), EXCEL, LIBRE_OFFICE, NUMBERS));
    }
  }

  private static boolean startsWith(byte[] bytes, String hex) {
    byte[] start = HexFormat.of().parseHex(hex);
    return bytes.length >= start.length
        && Arrays.equals(bytes, 0, start.length, start, 0, start.length);
  }
}
