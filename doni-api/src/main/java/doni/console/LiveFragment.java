package doni.console;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;

/**
 * The part of a page that is fetched again while the page is open. The page names the version that
 * it shows, and gets 204 while there is no other one.
 */
final class LiveFragment {

  static final String SEEN = "seen";

  private static final int VERSION_LENGTH = 32;

  private LiveFragment() {}

  /** Returns a digest of what a fragment shows: of records, whose text has every component. */
  static String version(Object shown) {
    try {
      byte[] text = shown.toString().getBytes(StandardCharsets.UTF_8);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text);
      return HexFormat.of().formatHex(digest).substring(0, VERSION_LENGTH);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }

  /** Returns 204 if the page shows this version, and the view otherwise. */
  static Object unlessSeen(HttpServletRequest request, String version, String view) {
    return version.equals(request.getParameter(SEEN))
        ? ResponseEntity.status(HttpStatus.NO_CONTENT).build()
        : view;
  }
}
